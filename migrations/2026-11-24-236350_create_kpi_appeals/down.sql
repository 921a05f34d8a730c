DROP TABLE kpi_appeals;
