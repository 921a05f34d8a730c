ALTER TABLE grid_task_stops DROP CONSTRAINT grid_task_stops_hazard;
ALTER TABLE grid_tasks DROP CONSTRAINT grid_tasks_reinspects;
