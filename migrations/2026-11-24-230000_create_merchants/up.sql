-- Merchants of a community: applied for by their owner, approved by staff, listed in the directory. The account that money is sent
-- to is sealed; the shop's printed QR is derived from a key and a number, so that it can be withdrawn.

CREATE TABLE merchants (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    organization_id uuid UNIQUE REFERENCES organizations (id),
    state text NOT NULL DEFAULT 'applied' CHECK (state IN ('applied', 'approved', 'refused', 'suspended')),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    licence_number text NOT NULL CHECK (length(licence_number) BETWEEN 1 AND 40),
    address text NOT NULL CHECK (length(address) BETWEEN 1 AND 120),
    hours text NOT NULL CHECK (length(hours) BETWEEN 1 AND 120),
    services text NOT NULL CHECK (length(services) BETWEEN 1 AND 500),
    contact text CHECK (length(contact) <= 40),
    notice text CHECK (length(notice) <= 500),
    settlement_account bytea,
    ticket_number integer NOT NULL DEFAULT 1 CHECK (ticket_number > 0),
    applicant_id uuid NOT NULL REFERENCES persons (id),
    decided_by uuid REFERENCES persons (id),
    decided_at timestamptz,
    decision text CHECK (length(decision) <= 300),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    CHECK (decided_by <> applicant_id),
    CHECK ((state = 'applied') = (decided_at IS NULL)),
    CHECK ((state IN ('approved', 'suspended')) = (organization_id IS NOT NULL))
);
CREATE UNIQUE INDEX merchants_licence ON merchants (community_id, licence_number) WHERE state <> 'refused';
CREATE INDEX merchants_list ON merchants (community_id, id);
CREATE INDEX merchants_applicant ON merchants (applicant_id);
COMMENT ON TABLE merchants IS 'Shops that take points, from application to suspension. Owner: life/merchants';
COMMENT ON COLUMN merchants.id IS 'Id; owner of the merchant account in the ledger [class: none] [retention: for ever]';
COMMENT ON COLUMN merchants.community_id IS 'The community that settles it [class: none] [retention: for ever]';
COMMENT ON COLUMN merchants.organization_id IS 'Its organization, from approval on [class: none] [retention: for ever]';
COMMENT ON COLUMN merchants.state IS 'applied, approved, refused, suspended [class: none] [retention: for ever]';
COMMENT ON COLUMN merchants.name IS 'Name of the shop [class: none] [retention: for ever]';
COMMENT ON COLUMN merchants.licence_number IS 'Number of the business licence [class: internal] [retention: for ever]';
COMMENT ON COLUMN merchants.address IS 'Where the shop is [class: none] [retention: for ever]';
COMMENT ON COLUMN merchants.hours IS 'Opening hours [class: none] [retention: for ever]';
COMMENT ON COLUMN merchants.services IS 'What it offers [class: none] [retention: for ever]';
COMMENT ON COLUMN merchants.contact IS 'Published telephone of the shop [class: none] [retention: for ever]';
COMMENT ON COLUMN merchants.notice IS 'Notice to customers [class: none] [retention: for ever]';
COMMENT ON COLUMN merchants.settlement_account IS 'Where the settlement is paid to, encrypted [class: sensitive] [retention: 10 years]';
COMMENT ON COLUMN merchants.ticket_number IS 'Which printed shop QR is in force [class: internal] [retention: for ever]';
COMMENT ON COLUMN merchants.applicant_id IS 'Who applied [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN merchants.decided_by IS 'Who approved or refused [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN merchants.decided_at IS 'When [class: internal] [retention: for ever]';
COMMENT ON COLUMN merchants.decision IS 'Why it was refused or suspended [class: internal] [retention: for ever]';
COMMENT ON COLUMN merchants.version IS 'Counts edits, for If-Match [class: none] [retention: for ever]';
COMMENT ON COLUMN merchants.created_at IS 'When it was applied for [class: internal] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON merchants TO palm_app;
