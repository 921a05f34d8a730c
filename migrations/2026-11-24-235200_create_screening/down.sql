DROP TABLE screening_items, word_lists;
