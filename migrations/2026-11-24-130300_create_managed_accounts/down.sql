DROP TABLE card_uses, cards, managed_accounts;
