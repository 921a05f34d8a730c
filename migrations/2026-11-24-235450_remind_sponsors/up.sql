-- The sponsor of a budget that awards wait for hears of it once a day.

ALTER TABLE budgets ADD COLUMN sponsor_told_on date;
COMMENT ON COLUMN budgets.sponsor_told_on IS 'Day of Shanghai on which its sponsor was last told that awards wait for it [class: internal] [retention: for ever]';
