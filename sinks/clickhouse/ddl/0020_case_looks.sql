-- case-looks: who looked at which case, when and why. No topic feeds it: `vigil review next` and `vigil review show` write it
-- before they show anything, and show nothing where they cannot.

CREATE TABLE IF NOT EXISTS case_looks
(
    looked_at DateTime64(6, 'UTC') COMMENT 'When the case was opened.',
    look_id UUID COMMENT 'The look.',
    case_id String COMMENT 'The case.',
    officer_id LowCardinality(String) COMMENT 'Pseudonymous identifier of the officer.',
    `role` LowCardinality(String) COMMENT 'Role in which the officer looked: reviewer or senior.',
    why String COMMENT 'Why, in the officer\'s words; queue: it was the next one to review.'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(looked_at)
ORDER BY (case_id, looked_at, look_id)
TTL toDateTime(looked_at) + INTERVAL 1104 DAY
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'The audit of officers\' access: one row each time that an officer opened a case.';
