-- dead-letters: refused messages of topics with readings of plates in clear go 33 days after they were written, as those
-- topics' own tables do; others stay. A part holds both, so rows go one by one.

ALTER TABLE dead_letters_messages MODIFY SETTING ttl_only_drop_parts = 0;
ALTER TABLE dead_letters_messages MODIFY TTL
    toDateTime(_inserted_at) + INTERVAL 99 DAY,
    toDateTime(intDiv(created_at_ms, 1000)) + INTERVAL 33 DAY DELETE WHERE match(topic, '(detections|tracks|passages|checkpoints)$');
ALTER TABLE dead_letters_facts MODIFY TTL
    toDateTime(_create_time) + INTERVAL 99 DAY,
    toDateTime(created_at) + INTERVAL 33 DAY DELETE WHERE match(topic, '(detections|tracks|passages|checkpoints)$');
