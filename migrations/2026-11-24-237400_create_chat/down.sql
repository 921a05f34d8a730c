DROP TABLE chat_messages;
DROP TABLE chat_read_marks;
DROP TABLE chat_receipts;
DROP TABLE chat_votes;
DROP TABLE chat_poll_options;
DROP TABLE chat_topics;
DROP TABLE chat_members;
DROP TABLE chat_groups;
