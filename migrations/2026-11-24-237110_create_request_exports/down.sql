DROP TABLE request_export_parts;
DROP TABLE request_exports;
