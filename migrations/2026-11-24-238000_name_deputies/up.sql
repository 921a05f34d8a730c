-- A grid worker who is away is stood in for: the role is theirs for that time, and it says that it came by standing in.
ALTER TABLE roles DROP CONSTRAINT roles_source_check;
ALTER TABLE roles ADD CONSTRAINT roles_source_check
    CHECK (source IN ('roster', 'residency', 'registration', 'invitation', 'staff', 'operator', 'deputy'));
