DROP TABLE point_reversals;
