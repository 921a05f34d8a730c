-- The request of a hazard is a real one.

ALTER TABLE grid_tasks ADD CONSTRAINT grid_tasks_reinspects FOREIGN KEY (reinspects_case_id) REFERENCES requests (id);
ALTER TABLE grid_task_stops ADD CONSTRAINT grid_task_stops_hazard FOREIGN KEY (hazard_case_id) REFERENCES requests (id);
