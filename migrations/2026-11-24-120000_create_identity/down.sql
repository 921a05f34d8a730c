DROP TABLE roles, sessions, persons;
