DROP TABLE grid_task_stops;
DROP TABLE grid_task_workers;
DROP TABLE grid_tasks;
DROP TABLE grid_task_plans;
DROP TABLE grid_checklists;
