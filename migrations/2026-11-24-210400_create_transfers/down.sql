DROP TABLE point_transfer_caps;
DROP TABLE point_transfers;
