-- Orders: points held for something, until it is handed out or the hold ends. One row an order; its hold, capture and release stand
-- in the ledger under the facts order:{id}:hold, :capture, :release.

CREATE TABLE redemptions (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    offer_id uuid NOT NULL REFERENCES offers (id),
    merchant_id uuid REFERENCES merchants (id),
    person_id uuid REFERENCES persons (id),
    organization_id uuid REFERENCES organizations (id),
    household_id uuid,
    placed_by uuid REFERENCES persons (id),
    state text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'captured', 'cancelled', 'expired', 'reversed')),
    quantity integer NOT NULL CHECK (quantity > 0),
    points bigint NOT NULL CHECK (points > 0),
    cny bigint NOT NULL CHECK (cny >= 0),
    hold_id uuid NOT NULL UNIQUE,
    hold_expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    slip_hash bytea UNIQUE,
    slip_pin_hash bytea,
    capture_id uuid UNIQUE,
    captured_at timestamptz,
    captured_by uuid REFERENCES persons (id),
    rate bigint CHECK (rate >= 0),
    settlement_id uuid,
    ended_at timestamptz,
    ended_by uuid REFERENCES persons (id),
    end_reason text CHECK (length(end_reason) <= 300),
    refund_id uuid UNIQUE,
    refund_asked_by uuid REFERENCES persons (id),
    refund_approved_by uuid REFERENCES persons (id),
    CHECK (person_id IS NULL OR organization_id IS NULL),
    CHECK (organization_id IS NULL OR merchant_id IS NULL),
    CHECK ((state IN ('captured', 'reversed')) = (capture_id IS NOT NULL)),
    CHECK ((capture_id IS NULL) = (captured_at IS NULL) AND (capture_id IS NULL) = (rate IS NULL)),
    CHECK (captured_at < hold_expires_at),
    CHECK ((state IN ('cancelled', 'expired', 'reversed')) = (ended_at IS NOT NULL)),
    CHECK ((state = 'reversed') = (refund_id IS NOT NULL)),
    CHECK (refund_asked_by <> refund_approved_by),
    CHECK (state <> 'reversed' OR settlement_id IS NULL),
    CHECK (settlement_id IS NULL OR (merchant_id IS NOT NULL AND capture_id IS NOT NULL))
);
CREATE INDEX redemptions_of_person ON redemptions (person_id, id);
CREATE INDEX redemptions_of_organization ON redemptions (organization_id, id) WHERE organization_id IS NOT NULL;
CREATE INDEX redemptions_of_merchant ON redemptions (merchant_id, id);
CREATE INDEX redemptions_of_community ON redemptions (community_id, id);
CREATE INDEX redemptions_open ON redemptions (hold_expires_at) WHERE state = 'held';
CREATE INDEX redemptions_open_of_merchant ON redemptions (merchant_id) WHERE state = 'held';
CREATE INDEX redemptions_open_of_community ON redemptions (community_id) WHERE state = 'held' AND merchant_id IS NULL;
CREATE INDEX redemptions_not_stated ON redemptions (merchant_id, captured_at) WHERE state = 'captured' AND settlement_id IS NULL;
CREATE INDEX redemptions_of_settlement ON redemptions (settlement_id) WHERE settlement_id IS NOT NULL;
COMMENT ON TABLE redemptions IS 'Orders of offers, from hold to hand-over. Owner: life/redemptions';
COMMENT ON COLUMN redemptions.id IS 'Id [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN redemptions.community_id IS 'The book that pays [class: none] [retention: for ever]';
COMMENT ON COLUMN redemptions.offer_id IS 'What was ordered [class: internal] [retention: for ever]';
COMMENT ON COLUMN redemptions.merchant_id IS 'Who hands it out; none: the community [class: internal] [retention: for ever]';
COMMENT ON COLUMN redemptions.person_id IS 'Whose points; emptied at erasure [class: personal] [retention: until closed]';
COMMENT ON COLUMN redemptions.organization_id IS 'Or which organization''s points [class: internal] [retention: for ever]';
COMMENT ON COLUMN redemptions.household_id IS 'Household whose limit it counts against; emptied at erasure [class: personal] [retention: until closed]';
COMMENT ON COLUMN redemptions.placed_by IS 'Who placed it when not the person: the clerk, by card [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN redemptions.state IS 'held, captured, cancelled, expired, reversed [class: internal] [retention: for ever]';
COMMENT ON COLUMN redemptions.quantity IS 'How many [class: internal] [retention: for ever]';
COMMENT ON COLUMN redemptions.points IS 'Price of all, in hundredths of a point, fixed by the order [class: internal] [retention: for ever]';
COMMENT ON COLUMN redemptions.cny IS 'To be paid at the counter for all, in fen [class: internal] [retention: for ever]';
COMMENT ON COLUMN redemptions.hold_id IS 'The ledger''s hold [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN redemptions.hold_expires_at IS 'From then on it can''t be captured [class: internal] [retention: for ever]';
COMMENT ON COLUMN redemptions.created_at IS 'When it was ordered [class: internal] [retention: for ever]';
COMMENT ON COLUMN redemptions.slip_hash IS 'SHA-256 of the paper slip''s secret [class: secret] [retention: for ever]';
COMMENT ON COLUMN redemptions.slip_pin_hash IS 'Keyed hash of the slip''s PIN [class: secret] [retention: for ever]';
COMMENT ON COLUMN redemptions.capture_id IS 'The ledger''s capture [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN redemptions.captured_at IS 'When it was handed out [class: internal] [retention: for ever]';
COMMENT ON COLUMN redemptions.captured_by IS 'Who took the code: the clerk, or the resident at the shop''s QR [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN redemptions.rate IS 'Fen for one point, fixed at capture [class: internal] [retention: for ever]';
COMMENT ON COLUMN redemptions.settlement_id IS 'The statement that it stands on [class: internal] [retention: for ever]';
COMMENT ON COLUMN redemptions.ended_at IS 'When it was cancelled, expired or refunded [class: internal] [retention: for ever]';
COMMENT ON COLUMN redemptions.ended_by IS 'Who ended it; none: its time [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN redemptions.end_reason IS 'Why [class: internal] [retention: for ever]';
COMMENT ON COLUMN redemptions.refund_id IS 'The ledger''s reversal of the capture [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN redemptions.refund_asked_by IS 'Who asked for the refund [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN redemptions.refund_approved_by IS 'Who approved it: another one [class: pseudonymous] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON redemptions TO palm_app;

CREATE TABLE redemption_counts (
    offer_id uuid NOT NULL REFERENCES offers (id),
    holder_kind text NOT NULL CHECK (holder_kind IN ('person', 'household', 'organization')),
    holder_id uuid NOT NULL,
    used integer NOT NULL CHECK (used >= 0),
    PRIMARY KEY (offer_id, holder_kind, holder_id)
);
COMMENT ON TABLE redemption_counts IS 'How many of an offer somebody has: the limits hold by these rows. Owner: life/redemptions';
COMMENT ON COLUMN redemption_counts.offer_id IS 'The offer [class: internal] [retention: for ever]';
COMMENT ON COLUMN redemption_counts.holder_kind IS 'person, household or organization [class: internal] [retention: until closed]';
COMMENT ON COLUMN redemption_counts.holder_id IS 'Which [class: personal] [retention: until closed]';
COMMENT ON COLUMN redemption_counts.used IS 'Held or captured [class: personal] [retention: until closed]';
GRANT SELECT, INSERT, UPDATE, DELETE ON redemption_counts TO palm_app;
