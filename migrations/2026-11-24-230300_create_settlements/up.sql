-- What the community owes its merchants in yuan: one statement per merchant and period over the captures that no statement holds yet,
-- at the rate fixed at each capture. Paid by two persons, with a proof; then the points are retired.

CREATE TABLE settlements (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    merchant_id uuid NOT NULL REFERENCES merchants (id),
    state text NOT NULL DEFAULT 'stated' CHECK (state IN ('stated', 'confirmed', 'disputed', 'paid')),
    period_end timestamptz NOT NULL,
    points bigint NOT NULL CHECK (points > 0),
    fen bigint NOT NULL CHECK (fen >= 0),
    closing_id uuid NOT NULL,
    closed_by uuid NOT NULL REFERENCES persons (id),
    closed_at timestamptz NOT NULL,
    answered_by uuid REFERENCES persons (id),
    answered_at timestamptz,
    dispute text CHECK (length(dispute) <= 500),
    reply text CHECK (length(reply) <= 500),
    proof text CHECK (length(proof) <= 200),
    payment_asked_by uuid REFERENCES persons (id),
    payment_asked_at timestamptz,
    payment_approved_by uuid REFERENCES persons (id),
    paid_at timestamptz,
    transaction_id uuid UNIQUE,
    CHECK (payment_asked_by <> payment_approved_by),
    CHECK ((payment_asked_by IS NULL) = (proof IS NULL)),
    CHECK ((state = 'paid') = (transaction_id IS NOT NULL) AND (state = 'paid') = (paid_at IS NOT NULL)
        AND (state = 'paid') = (payment_approved_by IS NOT NULL)),
    CHECK (state <> 'disputed' OR dispute IS NOT NULL)
);
CREATE INDEX settlements_list ON settlements (community_id, id);
CREATE INDEX settlements_closing ON settlements (closing_id);
CREATE INDEX settlements_merchant ON settlements (merchant_id, id);
COMMENT ON TABLE settlements IS 'Statements of what merchants get for captured points. Owner: life/settlement';
COMMENT ON COLUMN settlements.id IS 'Id [class: none] [retention: 10 years]';
COMMENT ON COLUMN settlements.community_id IS 'Who owes [class: none] [retention: 10 years]';
COMMENT ON COLUMN settlements.merchant_id IS 'Whom [class: none] [retention: 10 years]';
COMMENT ON COLUMN settlements.state IS 'stated, confirmed, disputed, paid [class: none] [retention: 10 years]';
COMMENT ON COLUMN settlements.period_end IS 'Captures before this moment [class: none] [retention: 10 years]';
COMMENT ON COLUMN settlements.points IS 'Sum of the lines, in hundredths of a point [class: internal] [retention: 10 years]';
COMMENT ON COLUMN settlements.fen IS 'Sum of the lines, in fen [class: internal] [retention: 10 years]';
COMMENT ON COLUMN settlements.closing_id IS 'The act that closed the period for all merchants [class: none] [retention: 10 years]';
COMMENT ON COLUMN settlements.closed_by IS 'Who closed the period [class: pseudonymous] [retention: 10 years]';
COMMENT ON COLUMN settlements.closed_at IS 'When [class: internal] [retention: 10 years]';
COMMENT ON COLUMN settlements.answered_by IS 'Who confirmed or disputed it for the merchant [class: pseudonymous] [retention: 10 years]';
COMMENT ON COLUMN settlements.answered_at IS 'When [class: internal] [retention: 10 years]';
COMMENT ON COLUMN settlements.dispute IS 'What the merchant disputes [class: internal] [retention: 10 years]';
COMMENT ON COLUMN settlements.reply IS 'What the community answers to a dispute [class: internal] [retention: 10 years]';
COMMENT ON COLUMN settlements.proof IS 'Reference of the payment [class: internal] [retention: 10 years]';
COMMENT ON COLUMN settlements.payment_asked_by IS 'Who entered the payment [class: pseudonymous] [retention: 10 years]';
COMMENT ON COLUMN settlements.payment_asked_at IS 'When [class: internal] [retention: 10 years]';
COMMENT ON COLUMN settlements.payment_approved_by IS 'Who approved it: another one [class: pseudonymous] [retention: 10 years]';
COMMENT ON COLUMN settlements.paid_at IS 'When the points were retired [class: internal] [retention: 10 years]';
COMMENT ON COLUMN settlements.transaction_id IS 'The ledger''s settlement [class: none] [retention: 10 years]';
GRANT SELECT, INSERT, UPDATE, DELETE ON settlements TO palm_app;

CREATE TABLE settlement_lines (
    capture_id uuid PRIMARY KEY,
    settlement_id uuid NOT NULL REFERENCES settlements (id),
    order_id uuid NOT NULL REFERENCES redemptions (id),
    captured_at timestamptz NOT NULL,
    points bigint NOT NULL CHECK (points > 0),
    rate bigint NOT NULL CHECK (rate >= 0),
    fen bigint NOT NULL CHECK (fen >= 0)
);
CREATE INDEX settlement_lines_list ON settlement_lines (settlement_id, capture_id);
CREATE INDEX settlement_lines_order ON settlement_lines (order_id);
COMMENT ON TABLE settlement_lines IS 'One capture each; a capture stands on one statement only. Owner: life/settlement';
COMMENT ON COLUMN settlement_lines.capture_id IS 'The ledger''s capture [class: pseudonymous] [retention: 10 years]';
COMMENT ON COLUMN settlement_lines.settlement_id IS 'The statement [class: none] [retention: 10 years]';
COMMENT ON COLUMN settlement_lines.order_id IS 'The order [class: pseudonymous] [retention: 10 years]';
COMMENT ON COLUMN settlement_lines.captured_at IS 'When it was handed out [class: internal] [retention: 10 years]';
COMMENT ON COLUMN settlement_lines.points IS 'In hundredths of a point [class: internal] [retention: 10 years]';
COMMENT ON COLUMN settlement_lines.rate IS 'Fen for one point, fixed at capture [class: internal] [retention: 10 years]';
COMMENT ON COLUMN settlement_lines.fen IS 'Its part of the total, by largest remainder, in fen [class: internal] [retention: 10 years]';
GRANT SELECT, INSERT, DELETE ON settlement_lines TO palm_app;
