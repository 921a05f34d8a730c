DROP INDEX ledger_privates_approvers;
DROP INDEX ledger_privates_actor;
