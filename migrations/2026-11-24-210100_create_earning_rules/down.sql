DROP TABLE earning_rules;
