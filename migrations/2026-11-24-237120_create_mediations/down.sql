DROP TABLE mediation_sessions;
DROP TABLE mediation_parties;
DROP TABLE mediations;
