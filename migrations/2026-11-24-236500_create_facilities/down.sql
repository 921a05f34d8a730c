DROP TABLE facility_alarms;
DROP TABLE facility_device_keys;
DROP TABLE facilities;
