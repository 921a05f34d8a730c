DROP TABLE community_hours, calendar_days, calendar_years;
