-- What a point is worth in yuan is money: one person proposes new terms, another approves, and the old ones stay in force till then.
-- The terms also say how often one person may redeem at one shop (points must not become cash between two who agree), and on which
-- day of the month the settlement period closes by itself.

ALTER TABLE offer_terms
    ADD COLUMN pair_day_limit integer NOT NULL DEFAULT 5 CHECK (pair_day_limit BETWEEN 1 AND 1000),
    ADD COLUMN pair_month_limit integer NOT NULL DEFAULT 30 CHECK (pair_month_limit BETWEEN 1 AND 10000),
    ADD COLUMN close_day integer NOT NULL DEFAULT 1 CHECK (close_day BETWEEN 0 AND 28),
    ADD COLUMN approved_by uuid REFERENCES persons (id),
    ADD CONSTRAINT offer_terms_two_persons CHECK (approved_by <> updated_by);
COMMENT ON COLUMN offer_terms.pair_day_limit IS 'How often one person may redeem at one merchant on a day of Shanghai [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_terms.pair_month_limit IS 'The same in a month of Shanghai [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_terms.close_day IS 'Day of the month on which the month before is closed by itself; 0: never [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_terms.approved_by IS 'Who approved it: another one [class: pseudonymous] [retention: for ever]';

CREATE TABLE offer_terms_changes (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    rate bigint CHECK (rate BETWEEN 0 AND 100000),
    pair_day_limit integer CHECK (pair_day_limit BETWEEN 1 AND 1000),
    pair_month_limit integer CHECK (pair_month_limit BETWEEN 1 AND 10000),
    close_day integer CHECK (close_day BETWEEN 0 AND 28),
    state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'approved', 'refused')),
    requested_by uuid NOT NULL REFERENCES persons (id),
    requested_at timestamptz NOT NULL DEFAULT palm_now(),
    decided_by uuid REFERENCES persons (id),
    decided_at timestamptz,
    CHECK (num_nonnulls(rate, pair_day_limit, pair_month_limit, close_day) > 0),
    CHECK ((state = 'requested') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
    CHECK (state <> 'approved' OR requested_by <> decided_by)
);
CREATE UNIQUE INDEX offer_terms_changes_one_open ON offer_terms_changes (community_id) WHERE state = 'requested';
CREATE INDEX offer_terms_changes_list ON offer_terms_changes (community_id, id);
COMMENT ON TABLE offer_terms_changes IS 'Proposed terms of a community with its merchants, and what became of them. Owner: life/offers';
COMMENT ON COLUMN offer_terms_changes.id IS 'Id [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_terms_changes.community_id IS 'The community [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_terms_changes.rate IS 'Fen for one point; none: as before [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_terms_changes.pair_day_limit IS 'Redemptions of one person at one merchant a day; none: as before [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_terms_changes.pair_month_limit IS 'The same a month; none: as before [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_terms_changes.close_day IS 'Day of the automatic close, 0: never; none: as before [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_terms_changes.state IS 'requested, approved, refused [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_terms_changes.requested_by IS 'Who proposed it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN offer_terms_changes.requested_at IS 'When [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_terms_changes.decided_by IS 'Who decided: another one, or who takes the own proposal back [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN offer_terms_changes.decided_at IS 'When [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON offer_terms_changes TO palm_app;
