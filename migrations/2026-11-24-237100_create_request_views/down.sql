DROP INDEX request_details_danger;
DROP INDEX requests_entered;
DROP INDEX requests_lead;
DROP INDEX requests_filed;
DROP INDEX requests_overdue;
DROP INDEX requests_open_newest;
DROP TABLE request_views;
