DROP TABLE offer_terms_changes;
ALTER TABLE offer_terms
    DROP CONSTRAINT offer_terms_two_persons,
    DROP COLUMN approved_by,
    DROP COLUMN close_day,
    DROP COLUMN pair_month_limit,
    DROP COLUMN pair_day_limit;
