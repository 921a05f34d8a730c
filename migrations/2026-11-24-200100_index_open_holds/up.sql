-- A wallet shows what is held in its open orders; without this index each read looked through all open holds of the book.
CREATE INDEX ledger_holds_open_of_account ON ledger_holds (account_id) WHERE ended_by IS NULL;
