-- What points buy: offers of merchants and of the community, their stock, and the community's terms (what a point is worth to a
-- merchant). Stock stands in a narrow row of its own: it is the one row that a sale makes hot. It repeats the offer's version, so
-- that an order placed on terms that have changed meanwhile finds nothing to take.

CREATE TABLE offer_terms (
    community_id uuid PRIMARY KEY REFERENCES grid_units (id),
    rate bigint NOT NULL CHECK (rate BETWEEN 0 AND 100000),
    updated_by uuid REFERENCES persons (id),
    updated_at timestamptz NOT NULL DEFAULT palm_now(),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0)
);
COMMENT ON TABLE offer_terms IS 'What a captured point is worth to a merchant, per community. Owner: life/offers';
COMMENT ON COLUMN offer_terms.community_id IS 'The community [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_terms.rate IS 'Fen for one point, fixed at capture [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_terms.updated_by IS 'Who set it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN offer_terms.updated_at IS 'When [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_terms.version IS 'Counts edits, for If-Match [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON offer_terms TO palm_app;

CREATE TABLE offers (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    provider text NOT NULL CHECK (provider IN ('merchant', 'community')),
    merchant_id uuid REFERENCES merchants (id),
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'paused', 'ended')),
    kind text NOT NULL CHECK (kind IN ('daily_goods', 'food', 'meal', 'haircut', 'repair', 'laundry', 'health_check', 'culture', 'sport',
        'course', 'plant', 'service', 'venue', 'agency')),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    about text NOT NULL CHECK (length(about) BETWEEN 1 AND 1000),
    pick_up text NOT NULL CHECK (length(pick_up) BETWEEN 1 AND 200),
    price bigint NOT NULL CHECK (price BETWEEN 1 AND 1000000000),
    cny bigint NOT NULL DEFAULT 0 CHECK (cny BETWEEN 0 AND 100000000),
    per_person integer CHECK (per_person > 0),
    per_household integer CHECK (per_household > 0),
    orders_from timestamptz,
    orders_until timestamptz,
    flash boolean NOT NULL DEFAULT false,
    suspended boolean NOT NULL DEFAULT false,
    suspended_for text CHECK (length(suspended_for) <= 300),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_by uuid NOT NULL REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    published_at timestamptz,
    CHECK ((provider = 'merchant') = (merchant_id IS NOT NULL)),
    CHECK (provider = 'community' OR kind NOT IN ('venue', 'agency')),
    CHECK (orders_from < orders_until),
    CHECK (NOT flash OR orders_from IS NOT NULL)
);
CREATE INDEX offers_list ON offers (community_id, id);
CREATE INDEX offers_merchant ON offers (merchant_id, id);
COMMENT ON TABLE offers IS 'What can be had for points. Owner: life/offers';
COMMENT ON COLUMN offers.id IS 'Id [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.community_id IS 'The community whose points it takes [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.provider IS 'merchant or community [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.merchant_id IS 'The merchant; none for the community''s own [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.state IS 'draft, published, paused, ended [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.kind IS 'Reward type, from the whitelist [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.title IS 'Title [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.about IS 'Description [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.pick_up IS 'Where and how it is handed out [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.price IS 'Price of one, in hundredths of a point [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.cny IS 'What is paid at the counter besides, in fen [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.per_person IS 'How many one person may have [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.per_household IS 'How many one household may have [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.orders_from IS 'Orders from [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.orders_until IS 'Orders until, not included [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.flash IS 'Flash redemption: points are held for 15 minutes, else 72 hours [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.suspended IS 'Taken off by staff: its provider can''t publish it [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.suspended_for IS 'Why staff took it off [class: internal] [retention: for ever]';
COMMENT ON COLUMN offers.version IS 'Counts edits and changes of state [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.created_by IS 'Who made it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN offers.created_at IS 'When [class: none] [retention: for ever]';
COMMENT ON COLUMN offers.published_at IS 'When it was first published [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON offers TO palm_app;

CREATE TABLE offer_stocks (
    offer_id uuid PRIMARY KEY REFERENCES offers (id),
    stock integer NOT NULL CHECK (stock >= 0),
    total integer NOT NULL CHECK (total >= stock),
    open_version integer
) WITH (fillfactor = 10); -- one hot row in a sale: leave room for updates in place
COMMENT ON TABLE offer_stocks IS 'What is left of an offer. Owner: life/offers';
COMMENT ON COLUMN offer_stocks.offer_id IS 'The offer [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_stocks.stock IS 'Left [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_stocks.total IS 'Ever put in; total - stock is ordered, held or handed out [class: none] [retention: for ever]';
COMMENT ON COLUMN offer_stocks.open_version IS 'The offer''s version while it is published, else none [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON offer_stocks TO palm_app;
