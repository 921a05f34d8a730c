DROP INDEX redemptions_captured;
DROP INDEX redemptions_of_pair;
