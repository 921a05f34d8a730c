DROP TABLE root_cause_requests;
DROP TABLE root_causes;
