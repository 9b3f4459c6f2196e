-- sink-audits: what each audit of the ClickHouse sink found. No topic feeds it: `vigil sink audit --record` and
-- `vigil run sink-audit` write it.

CREATE TABLE IF NOT EXISTS sink_audits
(
    audited_at DateTime64(3, 'UTC') COMMENT 'When the audit was made.',
    audit_id UUID COMMENT 'The audit; its rows came in one insert.',
    topic LowCardinality(String) COMMENT 'Topic, as named in the cluster.',
    topic_id UUID COMMENT 'UUID of that topic.',
    `partition` Int32 COMMENT 'Its partition.',
    begin_offset Int64 COMMENT 'First offset that Kafka held.',
    end_offset Int64 COMMENT 'Offset after the last one that Kafka held.',
    committed_offset Int64 COMMENT 'Position of the sink: what lies before it must be stored.',
    lag Int64 COMMENT 'Messages that the sink had yet to store.',
    `rows` Int64 COMMENT 'Rows of the landing table between the first offset and the position.',
    missing Int64 COMMENT 'Messages without a row and without a dead letter.',
    duplicated Int64 COMMENT 'Rows beyond one a message.',
    dead_lettered Int64 COMMENT 'Messages that the sink refused.',
    missing_spans Array(String) COMMENT 'The first hundred spans of missing offsets, as FIRST-LAST: what vigil sink replay takes.'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(audited_at)
ORDER BY (topic, `partition`, audited_at)
TTL toDateTime(audited_at) + INTERVAL 1104 DAY
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'What an audit of the ClickHouse sink found in one partition: rows, repeats and gaps against the offsets of Kafka.';
