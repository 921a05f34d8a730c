-- How often one person redeemed at one merchant is asked at every capture (the limit per pair) and over a community's month (the
-- report of pairs).

CREATE INDEX redemptions_of_pair ON redemptions (merchant_id, person_id, captured_at) WHERE capture_id IS NOT NULL;
CREATE INDEX redemptions_captured ON redemptions (community_id, captured_at) WHERE capture_id IS NOT NULL;
