DROP TABLE chat_search;
DELETE FROM jobs WHERE kind = 'chat_search_fill';
