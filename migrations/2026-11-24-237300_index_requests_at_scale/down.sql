ALTER TABLE request_clocks RESET (fillfactor);
ALTER TABLE requests RESET (fillfactor);
DROP INDEX request_events_at;
DROP INDEX request_details_danger;
DROP INDEX requests_published_place;
DROP INDEX requests_filed;
DROP INDEX requests_entered;
DROP INDEX requests_lead;
