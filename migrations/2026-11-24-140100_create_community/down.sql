DROP TABLE organizations, residencies, household_members, households;
