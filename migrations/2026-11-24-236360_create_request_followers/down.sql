DROP INDEX requests_published;
DROP TABLE place_followers;
DROP TABLE request_followers;
