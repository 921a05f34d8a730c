DROP TABLE entrance_tickets;
