-- An erasure looks for everything that a person caused or approved: without these it reads every private part of the installation.

CREATE INDEX ledger_privates_actor ON ledger_privates (actor_id) WHERE actor_id IS NOT NULL;
CREATE INDEX ledger_privates_approvers ON ledger_privates USING gin (approver_ids) WHERE approver_ids <> '{}';
