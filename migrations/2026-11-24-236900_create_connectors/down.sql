DROP TABLE connector_messages;
DROP TABLE connector_links;
DROP TABLE connector_deliveries;
DROP TABLE connector_cursors;
DROP TABLE connectors;
