DROP TABLE request_matters;
