-- What the rows of a scaled demo are picked from; gone with the session.
CREATE FUNCTION pg_temp.u(i bigint, k bigint) RETURNS double precision IMMUTABLE LANGUAGE sql
    AS 'SELECT (hashint8extended(i, k) & 1073741823) / 1073741824.0::double precision';
CREATE TEMP TABLE scale_moments (
    n bigint PRIMARY KEY, at timestamptz, day date, first bigint, taken bigint, accept_by timestamptz, general_by timestamptz, complex_by timestamptz
);
CREATE TEMP TABLE scale_texts (n integer PRIMARY KEY, code text, title text, class text, unit integer, text text, tok tsvector, danger text);
CREATE TEMP TABLE scale_spots (n integer PRIMARY KEY, text text, tok tsvector);
CREATE TEMP TABLE scale_tails (n integer PRIMARY KEY, text text, tok tsvector);
CREATE TEMP TABLE scale_places (n integer PRIMARY KEY, c integer, community uuid, unit uuid, lat double precision, lon double precision);
CREATE TEMP TABLE scale_residents (n integer PRIMARY KEY, person uuid);
CREATE TEMP TABLE scale_units (n integer PRIMARY KEY, organization uuid, name text, handler uuid);
CREATE TEMP TABLE scale_staff (c integer PRIMARY KEY, person uuid);
CREATE TEMP TABLE scale_counts (
    total bigint, moments bigint, texts integer, spots integer, tails integer, places integer, residents integer, now timestamptz
);
