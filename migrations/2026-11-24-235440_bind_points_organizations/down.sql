ALTER TABLE contributions DROP CONSTRAINT contributions_organization;
ALTER TABLE awards DROP CONSTRAINT awards_organization;
ALTER TABLE award_events DROP CONSTRAINT award_events_organization;
ALTER TABLE budgets DROP CONSTRAINT budgets_sponsor_organization;
