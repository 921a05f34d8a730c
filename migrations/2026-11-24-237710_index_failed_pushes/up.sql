-- Whoever runs the installation sees which kinds of messages did not get through, without reading the table of all messages.
CREATE INDEX notifications_failed ON notifications (created_at) WHERE push_state IN ('refused', 'unknown');
