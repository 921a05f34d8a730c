DROP TABLE award_queue;
