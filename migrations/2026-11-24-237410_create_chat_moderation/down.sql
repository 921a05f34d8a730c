DROP TABLE chat_records;
DROP TABLE chat_measures;
DROP TABLE chat_reports;
DROP TABLE chat_reasons;
