DROP TABLE award_caps;
DROP TABLE awards;
DROP TABLE award_events;
