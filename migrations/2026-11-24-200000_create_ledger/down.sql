DROP TABLE ledger_privates, ledger_leaves, ledger_holds, ledger_balances, ledger_entries, ledger_transactions, ledger_owners,
    ledger_accounts, ledger_heads;
