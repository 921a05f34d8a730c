DROP TABLE redemption_counts;
DROP TABLE redemptions;
