UPDATE roles SET source = 'staff' WHERE source = 'deputy';
ALTER TABLE roles DROP CONSTRAINT roles_source_check;
ALTER TABLE roles ADD CONSTRAINT roles_source_check
    CHECK (source IN ('roster', 'residency', 'registration', 'invitation', 'staff', 'operator'));
