DROP TABLE duty_changes;
DROP TABLE duty_items;
DROP FUNCTION refuse_duty_rewrite();
DROP TABLE starter_adoptions;
