DROP TABLE offer_stocks;
DROP TABLE offers;
DROP TABLE offer_terms;
