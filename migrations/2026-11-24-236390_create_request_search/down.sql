DROP INDEX requests_open_unit;
DROP INDEX requests_open_place;
DROP TABLE request_search;
