-- Points are a promise of the community, so every point must be provable: an append-only, double-entry journal per
-- community (a "book"), balances that can be derived again from it, and a public leaf for every transaction.
-- What identifies a person (owners, private parts) stands in tables of its own, so it can be erased without touching
-- the journal. All unique keys of the journal begin with the book: the book is the shard.

CREATE TABLE ledger_heads (
    book_id uuid PRIMARY KEY,
    next_sequence bigint NOT NULL DEFAULT 1 CHECK (next_sequence > 0),
    last_posted_at timestamptz NOT NULL DEFAULT palm_now(),
    claw_back text NOT NULL DEFAULT 'up_to_balance' CHECK (claw_back IN ('refuse', 'up_to_balance', 'allow_debt'))
) WITH (fillfactor = 10); -- one hot row a book: leave room for updates in place

CREATE TABLE ledger_accounts (
    id uuid PRIMARY KEY,
    book_id uuid NOT NULL REFERENCES ledger_heads,
    kind text NOT NULL CHECK (kind IN ('issuance', 'budget', 'wallet', 'organization', 'pool', 'escrow', 'merchant', 'breakage')),
    opened_at timestamptz NOT NULL,
    closed_at timestamptz CHECK (closed_at >= opened_at)
);
CREATE INDEX ledger_accounts_by_book ON ledger_accounts (book_id, kind);

CREATE TABLE ledger_owners (
    account_id uuid PRIMARY KEY REFERENCES ledger_accounts,
    book_id uuid NOT NULL,
    kind text NOT NULL,
    owner_kind text NOT NULL
    CHECK (owner_kind IN ('book', 'person', 'budget', 'merchant', 'organization', 'community', 'household', 'entrance')),
    owner_id uuid NOT NULL,
    UNIQUE (book_id, kind, owner_id),
    CHECK (owner_kind = CASE kind WHEN 'wallet' THEN 'person' WHEN 'budget' THEN 'budget' WHEN 'merchant' THEN 'merchant'
    WHEN 'organization' THEN 'organization' WHEN 'pool' THEN owner_kind ELSE 'book' END)
);
CREATE INDEX ledger_owners_by_owner ON ledger_owners (owner_id);

CREATE TABLE ledger_transactions (
    id uuid PRIMARY KEY,
    book_id uuid NOT NULL REFERENCES ledger_heads,
    sequence bigint NOT NULL CHECK (sequence > 0),
    kind text NOT NULL CHECK (kind IN
    ('fund', 'unfund', 'award', 'hold', 'capture', 'release', 'transfer', 'settle', 'expire', 'reverse')),
    fact text NOT NULL CHECK (octet_length(fact) BETWEEN 1 AND 200),
    content bytea NOT NULL CHECK (octet_length(content) = 32),
    subject_kind text NOT NULL CHECK (octet_length(subject_kind) BETWEEN 1 AND 40),
    subject_id uuid NOT NULL,
    reason_code text NOT NULL CHECK (octet_length(reason_code) BETWEEN 1 AND 40),
    rule_version text CHECK (octet_length(rule_version) BETWEEN 1 AND 64),
    amount bigint NOT NULL CHECK (amount > 0),
    unrecovered bigint NOT NULL DEFAULT 0 CHECK (unrecovered = 0 OR (unrecovered > 0 AND kind = 'reverse')),
    hold_id uuid REFERENCES ledger_transactions,
    reverses uuid REFERENCES ledger_transactions,
    occurred_at timestamptz NOT NULL,
    posted_at timestamptz NOT NULL,
    UNIQUE (book_id, sequence),
    UNIQUE (book_id, fact),
    CHECK ((hold_id IS NOT NULL) = (kind IN ('capture', 'release'))),
    CHECK ((reverses IS NOT NULL) = (kind = 'reverse'))
);
CREATE UNIQUE INDEX ledger_transactions_end_a_hold_once ON ledger_transactions (book_id, hold_id) WHERE hold_id IS NOT NULL;
CREATE UNIQUE INDEX ledger_transactions_reverse_once ON ledger_transactions (book_id, reverses) WHERE reverses IS NOT NULL;
CREATE INDEX ledger_transactions_by_subject ON ledger_transactions (subject_id);

CREATE TABLE ledger_entries (
    book_id uuid NOT NULL,
    sequence bigint NOT NULL,
    account_id uuid NOT NULL REFERENCES ledger_accounts,
    expires_on date NOT NULL,
    amount bigint NOT NULL CHECK (amount <> 0),
    transaction_id uuid NOT NULL REFERENCES ledger_transactions,
    PRIMARY KEY (book_id, sequence, account_id, expires_on)
);
CREATE INDEX ledger_entries_by_account ON ledger_entries (account_id, sequence DESC);

CREATE TABLE ledger_balances (
    account_id uuid NOT NULL REFERENCES ledger_accounts,
    expires_on date NOT NULL,
    amount bigint NOT NULL,
    book_id uuid NOT NULL,
    kind text NOT NULL,
    PRIMARY KEY (account_id, expires_on),
    CONSTRAINT ledger_balances_not_below_zero
    CHECK (amount >= 0 OR kind = 'issuance' OR (kind IN ('wallet', 'organization') AND expires_on = 'infinity')),
    CONSTRAINT ledger_balances_dated
    CHECK ((expires_on = 'infinity') <> (kind IN ('wallet', 'organization', 'pool', 'escrow'))
        OR (kind IN ('wallet', 'organization') AND amount <= 0))
) WITH (fillfactor = 70); -- updated with every posting; no index on the amount, so updates stay in the page
CREATE INDEX ledger_balances_by_date ON ledger_balances (book_id, kind, expires_on);

CREATE TABLE ledger_holds (
    id uuid PRIMARY KEY REFERENCES ledger_transactions,
    book_id uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES ledger_accounts,
    amount bigint NOT NULL CHECK (amount > 0),
    expires_at timestamptz NOT NULL,
    ended_by uuid REFERENCES ledger_transactions
);
CREATE INDEX ledger_holds_open ON ledger_holds (book_id, expires_at) WHERE ended_by IS NULL;

CREATE TABLE ledger_leaves (
    book_id uuid NOT NULL,
    sequence bigint NOT NULL,
    leaf bytea NOT NULL CHECK (octet_length(leaf) BETWEEN 33 AND 2000),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (book_id, sequence)
);

CREATE TABLE ledger_privates (
    transaction_id uuid PRIMARY KEY REFERENCES ledger_transactions,
    salt bytea NOT NULL CHECK (octet_length(salt) = 32),
    private_part bytea NOT NULL,
    actor_id uuid,
    approver_ids uuid[] NOT NULL DEFAULT '{}'
);

-- Append-only twice: the serving role has no right to change these rows, and triggers refuse it to everybody else.
CREATE TRIGGER ledger_transactions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_leaves_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_leaves
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON ledger_transactions, ledger_entries, ledger_leaves TO palm_app;
GRANT SELECT, INSERT, UPDATE ON ledger_heads, ledger_balances, ledger_holds TO palm_app;
GRANT SELECT, INSERT, UPDATE (closed_at) ON ledger_accounts TO palm_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger_owners, ledger_privates TO palm_app;

COMMENT ON TABLE ledger_heads IS 'One row per book; locked by whoever posts to it. Owner: ledger';
COMMENT ON COLUMN ledger_heads.book_id IS 'The book: the id of its community [class: internal] [retention: for ever]';
COMMENT ON COLUMN ledger_heads.next_sequence IS 'Sequence of the next transaction, from 1 [class: internal] [retention: for ever]';
COMMENT ON COLUMN ledger_heads.last_posted_at IS 'Time of the last transaction; posted_at never goes back [class: internal] [retention: for ever]';
COMMENT ON COLUMN ledger_heads.claw_back IS 'What a reversal does when an award is already spent: refuse, up_to_balance, allow_debt [class: internal] [retention: for ever]';

COMMENT ON TABLE ledger_accounts IS 'Accounts of a book, without their owners. Owner: ledger';
COMMENT ON COLUMN ledger_accounts.id IS 'Random (UUIDv4) [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_accounts.book_id IS 'The book [class: internal] [retention: for ever]';
COMMENT ON COLUMN ledger_accounts.kind IS 'What the account is for [class: internal] [retention: for ever]';
COMMENT ON COLUMN ledger_accounts.opened_at IS 'When it was opened [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_accounts.closed_at IS 'When it was closed: from then on only what ends or undoes something is posted to it [class: pseudonymous] [retention: for ever]';

COMMENT ON TABLE ledger_owners IS 'Whose account it is: the one link between a person and the journal, deleted by erasure. Owner: ledger';
COMMENT ON COLUMN ledger_owners.account_id IS 'The account [class: pseudonymous] [retention: until the owner is erased]';
COMMENT ON COLUMN ledger_owners.book_id IS 'The book [class: internal] [retention: until the owner is erased]';
COMMENT ON COLUMN ledger_owners.kind IS 'Kind of the account [class: internal] [retention: until the owner is erased]';
COMMENT ON COLUMN ledger_owners.owner_kind IS 'What owns it: book, person, budget, merchant, organization, community, household, entrance [class: internal] [retention: until the owner is erased]';
COMMENT ON COLUMN ledger_owners.owner_id IS 'Id of the owner in the table of its noun [class: personal] [retention: until the owner is erased]';

COMMENT ON TABLE ledger_transactions IS 'What was posted, append-only. Owner: ledger';
COMMENT ON COLUMN ledger_transactions.id IS 'UUIDv7, made before the database transaction [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_transactions.book_id IS 'The book [class: internal] [retention: for ever]';
COMMENT ON COLUMN ledger_transactions.sequence IS 'Place in the book: 1, 2, 3 without gap [class: internal] [retention: for ever]';
COMMENT ON COLUMN ledger_transactions.kind IS 'Kind of transaction [class: internal] [retention: for ever]';
COMMENT ON COLUMN ledger_transactions.fact IS 'The business event, unique in the book; never a person''s id [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_transactions.content IS 'SHA-256 of what a repetition of the fact must have in common with it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_transactions.subject_kind IS 'Noun of the row it is about [class: internal] [retention: for ever]';
COMMENT ON COLUMN ledger_transactions.subject_id IS 'Id of the row it is about; never a person [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_transactions.reason_code IS 'Public code of the reason [class: none] [retention: for ever]';
COMMENT ON COLUMN ledger_transactions.rule_version IS 'Public name and version of the rule that decided the amount [class: none] [retention: for ever]';
COMMENT ON COLUMN ledger_transactions.amount IS 'Points moved, in hundredths: the sum of its positive entries [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_transactions.unrecovered IS 'Of a claw-back: hundredths of points that neither came back nor became debt [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_transactions.hold_id IS 'The hold that a capture or release ends [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_transactions.reverses IS 'The transaction that a reversal undoes [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_transactions.occurred_at IS 'When the event happened [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_transactions.posted_at IS 'When it was posted, never before its predecessor; decides every expiry [class: pseudonymous] [retention: for ever]';

COMMENT ON TABLE ledger_entries IS 'Signed lines of the transactions, append-only; each transaction sums to zero. Owner: ledger';
COMMENT ON COLUMN ledger_entries.book_id IS 'The book [class: internal] [retention: for ever]';
COMMENT ON COLUMN ledger_entries.sequence IS 'Sequence of the transaction [class: internal] [retention: for ever]';
COMMENT ON COLUMN ledger_entries.account_id IS 'The account [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_entries.expires_on IS 'The bucket: last day of spending in Asia/Shanghai, or infinity [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_entries.amount IS 'Hundredths of points, below zero for a debit [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_entries.transaction_id IS 'The transaction [class: pseudonymous] [retention: for ever]';

COMMENT ON TABLE ledger_balances IS 'Buckets: what the entries of an account and date come to. Owner: ledger';
COMMENT ON COLUMN ledger_balances.account_id IS 'The account [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_balances.expires_on IS 'Last day of spending in Asia/Shanghai, or infinity (undated accounts, debt) [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_balances.amount IS 'Hundredths of points [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_balances.book_id IS 'The book [class: internal] [retention: for ever]';
COMMENT ON COLUMN ledger_balances.kind IS 'Kind of the account, for the checks and for figures by date [class: internal] [retention: for ever]';

COMMENT ON TABLE ledger_holds IS 'Points set aside, and what ended it. Owner: ledger';
COMMENT ON COLUMN ledger_holds.id IS 'The hold''s own transaction [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_holds.book_id IS 'The book [class: internal] [retention: for ever]';
COMMENT ON COLUMN ledger_holds.account_id IS 'Whose points [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_holds.amount IS 'Hundredths of points [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_holds.expires_at IS 'From then on it can only be released [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN ledger_holds.ended_by IS 'The capture or release; empty while it is open [class: pseudonymous] [retention: for ever]';

COMMENT ON TABLE ledger_leaves IS 'What the public log sees of each transaction, append-only. Owner: ledger';
COMMENT ON COLUMN ledger_leaves.book_id IS 'The book [class: none] [retention: for ever]';
COMMENT ON COLUMN ledger_leaves.sequence IS 'Sequence of the transaction [class: none] [retention: for ever]';
COMMENT ON COLUMN ledger_leaves.leaf IS 'Canonical bytes: no id, account, person or time of day [class: none] [retention: for ever]';
COMMENT ON COLUMN ledger_leaves.hash IS 'SHA-256 of a zero byte and the leaf [class: none] [retention: for ever]';

COMMENT ON TABLE ledger_privates IS 'What opens a leaf''s commitment; deleted by erasure, the leaf stays valid. Owner: ledger';
COMMENT ON COLUMN ledger_privates.transaction_id IS 'The transaction [class: pseudonymous] [retention: until the person is erased]';
COMMENT ON COLUMN ledger_privates.salt IS '32 random bytes [class: secret] [retention: until the person is erased]';
COMMENT ON COLUMN ledger_privates.private_part IS 'Canonical bytes of ids, accounts, persons and times [class: personal] [retention: until the person is erased]';
COMMENT ON COLUMN ledger_privates.actor_id IS 'Person who caused it; empty for a job [class: personal] [retention: until the person is erased]';
COMMENT ON COLUMN ledger_privates.approver_ids IS 'Persons who approved it, in order [class: personal] [retention: until the person is erased]';
