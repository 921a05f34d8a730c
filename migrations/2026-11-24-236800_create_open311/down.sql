DROP TABLE open311_updates;
DROP TABLE open311_reports;
DROP TABLE open311_clients;
