-- The poster at an entrance carries a short random ticket, mapped here: a QR code must not show an id, and a poster can be replaced.

CREATE TABLE entrance_tickets (
    ticket text PRIMARY KEY CHECK (ticket ~ '^[A-Za-z0-9]{10,16}$'),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    made_by uuid REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    ended_at timestamptz
);
CREATE UNIQUE INDEX entrance_tickets_open ON entrance_tickets (grid_unit_id) WHERE ended_at IS NULL;
COMMENT ON TABLE entrance_tickets IS 'Tickets on the posters of entrances. Owner: people/grid';
COMMENT ON COLUMN entrance_tickets.ticket IS 'Random, as printed in the QR code [class: none] [retention: for ever]';
COMMENT ON COLUMN entrance_tickets.grid_unit_id IS 'The entrance [class: none] [retention: for ever]';
COMMENT ON COLUMN entrance_tickets.made_by IS 'Who had it printed [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN entrance_tickets.created_at IS 'When [class: none] [retention: for ever]';
COMMENT ON COLUMN entrance_tickets.ended_at IS 'Replaced at [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON entrance_tickets TO palm_app;
