DROP TABLE budget_changes;
DROP TABLE budgets;
