DROP INDEX ledger_holds_open_by_account;
DROP TABLE expiry_reminders;
