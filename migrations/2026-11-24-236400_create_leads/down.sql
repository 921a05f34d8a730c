DROP TABLE lead_seasons;
DROP TABLE leads;
