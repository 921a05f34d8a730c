DROP TABLE chat_cards;
DROP TABLE chat_summaries;
DROP TABLE chat_keywords;
DROP TABLE chat_requests;
DROP TABLE chat_questions;
ALTER TABLE earning_rules DROP CONSTRAINT earning_rules_kind_check;
ALTER TABLE earning_rules ADD CONSTRAINT earning_rules_kind_check CHECK (kind IN ('volunteer_hours', 'activity', 'confirmed_request', 'resolution_work',
    'merchant_contribution', 'courier_report', 'party_post', 'training', 'resource_shared', 'need_fulfilled', 'project_milestone'));
