DROP TABLE grid_units;
