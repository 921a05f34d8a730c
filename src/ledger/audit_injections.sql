-- One violation per paragraph, headed by the invariant that must find it. Each runs in a transaction of its own that is
-- rolled back, on a correct history with every kind of transaction, after all constraints and triggers are dropped.

-- conservation
UPDATE ledger_balances SET amount = amount + 1 WHERE kind = 'issuance';

-- bucket
UPDATE ledger_balances SET amount = amount + CASE kind WHEN 'issuance' THEN 1 ELSE -1 END
WHERE kind = 'issuance' OR account_id = (SELECT account_id FROM ledger_owners WHERE kind = 'budget' LIMIT 1);

-- bucket
UPDATE ledger_balances SET kind = 'pool' WHERE kind = 'wallet';

-- bucket
UPDATE ledger_entries SET book_id = gen_random_uuid() WHERE sequence = 1;

-- balanced
UPDATE ledger_entries SET amount = amount + 1 WHERE sequence = 1 AND amount > 0;

-- balanced
UPDATE ledger_transactions SET amount = amount + 1 WHERE sequence = 2;

-- balanced
DELETE FROM ledger_entries WHERE sequence = 3;

-- no_overdraft
UPDATE ledger_entries SET amount = amount - 1000000 WHERE sequence = (SELECT min(sequence) FROM ledger_transactions WHERE kind = 'settle') AND amount < 0;

-- dates
UPDATE ledger_entries SET expires_on = expires_on - 1 WHERE expires_on < 'infinity';

-- dates
UPDATE ledger_entries SET expires_on = 'infinity' WHERE amount > 0 AND transaction_id IN (SELECT id FROM ledger_transactions WHERE kind = 'award');

-- dates
UPDATE ledger_entries SET expires_on = '2051-01-31' WHERE amount > 0 AND expires_on < 'infinity'
AND transaction_id IN (SELECT id FROM ledger_transactions WHERE kind = 'transfer');

-- order
UPDATE ledger_entries SET expires_on = '2051-01-31' WHERE transaction_id IN (SELECT id FROM ledger_transactions WHERE kind = 'hold');

-- no_late_spend
UPDATE ledger_transactions SET posted_at = posted_at + interval '50 years' WHERE kind = 'hold';

-- no_late_spend
DELETE FROM ledger_entries WHERE transaction_id IN (SELECT id FROM ledger_transactions WHERE kind = 'expire');

-- dense
UPDATE ledger_heads SET next_sequence = next_sequence + 1;

-- dense
DELETE FROM ledger_transactions WHERE sequence = 4;

-- dense
UPDATE ledger_transactions SET posted_at = posted_at + interval '10 years' WHERE sequence = 3;

-- hold_once
UPDATE ledger_transactions SET hold_id = (SELECT hold_id FROM ledger_transactions WHERE kind = 'capture' LIMIT 1) WHERE kind = 'release';

-- hold_once
UPDATE ledger_holds SET ended_by = NULL;

-- hold_once
UPDATE ledger_holds SET expires_at = '2001-01-01';

-- escrow
UPDATE ledger_holds SET ended_by = id WHERE ended_by IS NULL;

-- escrow
DELETE FROM ledger_holds;

-- escrow
UPDATE ledger_holds SET amount = amount + 1;

-- reverse_once
UPDATE ledger_transactions SET reverses = (SELECT reverses FROM ledger_transactions WHERE kind = 'reverse' LIMIT 1) WHERE kind = 'reverse';

-- reverse_once
UPDATE ledger_transactions SET reverses = (SELECT id FROM ledger_transactions WHERE kind = 'hold' LIMIT 1) WHERE kind = 'reverse';

-- reverse_once
UPDATE ledger_transactions SET unrecovered = unrecovered + 1 WHERE kind = 'reverse';

-- reverse_once
UPDATE ledger_entries SET expires_on = '2051-01-31' WHERE amount > 0 AND expires_on < 'infinity'
AND transaction_id IN (SELECT id FROM ledger_transactions WHERE kind = 'reverse');

-- funded
UPDATE ledger_entries SET amount = sign(amount) WHERE transaction_id IN (SELECT id FROM ledger_transactions WHERE kind = 'fund');

-- fact
UPDATE ledger_transactions SET fact = 'same';

-- no_cash
UPDATE ledger_transactions SET kind = 'transfer' WHERE kind = 'settle';

-- no_cash
UPDATE ledger_entries SET account_id = (SELECT id FROM ledger_accounts WHERE kind = 'merchant')
WHERE amount > 0 AND transaction_id IN (SELECT c.id FROM ledger_transactions c JOIN ledger_holds h ON h.id = c.hold_id
JOIN ledger_accounts a ON a.id = h.account_id WHERE c.kind = 'capture' AND a.kind <> 'wallet');

-- no_cash
UPDATE ledger_entries SET account_id = (SELECT id FROM ledger_accounts WHERE kind = 'wallet' LIMIT 1)
WHERE amount > 0 AND transaction_id IN (SELECT e.transaction_id FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
JOIN ledger_transactions t ON t.id = e.transaction_id WHERE t.kind = 'transfer' AND e.amount < 0 AND a.kind = 'organization');

-- leaf
UPDATE ledger_leaves SET leaf = leaf || 'x' WHERE sequence = 2;

-- leaf
DELETE FROM ledger_leaves WHERE sequence = 2;

-- leaf
INSERT INTO ledger_leaves SELECT book_id, 1000000, leaf, hash FROM ledger_leaves LIMIT 1;

-- leaf
UPDATE ledger_leaves l SET leaf = leaf || uuid_send(t.id), hash = sha256('\x00' || leaf || uuid_send(t.id))
FROM ledger_transactions t WHERE (t.book_id, t.sequence) = (l.book_id, l.sequence) AND t.sequence = 1;

-- append_only
GRANT UPDATE ON ledger_entries TO palm_app;

-- append_only
GRANT UPDATE (leaf) ON ledger_leaves TO palm_app;

-- append_only
GRANT palm_owner TO palm_app;
