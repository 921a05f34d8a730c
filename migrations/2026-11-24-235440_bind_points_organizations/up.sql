-- What an organization earns, did or pays for names an organization that exists.

ALTER TABLE budgets ADD CONSTRAINT budgets_sponsor_organization FOREIGN KEY (sponsor_organization_id) REFERENCES organizations (id);
ALTER TABLE award_events ADD CONSTRAINT award_events_organization FOREIGN KEY (beneficiary_organization_id) REFERENCES organizations (id);
ALTER TABLE awards ADD CONSTRAINT awards_organization FOREIGN KEY (beneficiary_organization_id) REFERENCES organizations (id);
ALTER TABLE contributions ADD CONSTRAINT contributions_organization FOREIGN KEY (organization_id) REFERENCES organizations (id);
