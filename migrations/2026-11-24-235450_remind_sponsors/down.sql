ALTER TABLE budgets DROP COLUMN sponsor_told_on;
