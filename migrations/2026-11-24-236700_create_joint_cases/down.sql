DROP TABLE joint_case_tasks;
DROP TABLE joint_case_messages;
DROP TABLE joint_case_members;
DROP TABLE joint_cases;
