-- signal-phases: messages as they came, facts without repeats, and the view to read. Instants of messages are integers since
-- the Unix epoch and must lie in 2000-2100; those of facts are times. epoch_us stays an integer: it names a connection.

CREATE TABLE IF NOT EXISTS signal_phases_messages
(
    _topic_id UUID COMMENT 'Id of the Kafka topic: a topic made anew begins at offset 0 again.',
    _partition Int32 COMMENT 'Kafka partition of the message.',
    _offset Int64 COMMENT 'Kafka offset of the message.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the message.',
    junction_id LowCardinality(String) COMMENT 'Identifier of the junction.',
    group_id LowCardinality(String) COMMENT 'Signal group; empty in a heartbeat.',
    signal LowCardinality(String) COMMENT 'State from changed_at_us on; UNKNOWN in a heartbeat.',
    heartbeat Bool COMMENT 'True: no change, the controller only says that it is alive.',
    changed_at_us Int64 COMMENT 'When the state began, microseconds since the Unix epoch.',
    observed_at_us Int64 COMMENT 'The controller\'s clock when it sent this, microseconds since the Unix epoch.',
    _offset_end Int64 COMMENT 'The offset again, read after the message: differs where its bytes are damaged.',
    _inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    CONSTRAINT message_is_whole CHECK _offset = _offset_end,
    CONSTRAINT changed_at_us_is_a_time CHECK changed_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT observed_at_us_is_a_time CHECK observed_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT signal_is_known CHECK signal IN ('RED', 'RED_AMBER', 'GREEN', 'AMBER', 'FLASHING', 'DARK', 'UNKNOWN')
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(_create_time)
ORDER BY (_topic_id, _partition, _offset)
TTL toDateTime(_inserted_at) + INTERVAL 374 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'Phase change of a junction\'s signal group, or its controller\'s heartbeat. One row a message of topic signal-phases, as it came.';

CREATE TABLE IF NOT EXISTS signal_phases_facts
(
    junction_id LowCardinality(String) COMMENT 'Identifier of the junction.',
    group_id LowCardinality(String) COMMENT 'Signal group; empty in a heartbeat.',
    signal LowCardinality(String) COMMENT 'State from changed_at_us on; UNKNOWN in a heartbeat.',
    heartbeat Bool COMMENT 'True: no change, the controller only says that it is alive.',
    changed_at DateTime64(6, 'UTC') COMMENT 'When the state began.',
    observed_at DateTime64(6, 'UTC') COMMENT 'The controller\'s clock when it sent this.',
    _partition Int32 COMMENT 'Kafka partition of the copy that is kept.',
    _offset Int64 COMMENT 'Kafka offset of the copy that is kept.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the copy that is kept.',
    _inserted_at DateTime64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    _version UInt64 COMMENT 'The copy with the highest one is kept: 2^64 - 1 - offset, so the first.'
)
ENGINE = ReplacingMergeTree(_version)
PARTITION BY toYYYYMM(observed_at)
ORDER BY (junction_id, group_id, observed_at, heartbeat)
TTL toDateTime(_create_time) + INTERVAL 374 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Phase change of a junction\'s signal group, or its controller\'s heartbeat. One row a phase of a signal group or a heartbeat after merges: the first copy is kept. Read it through the view signal_phases.';

CREATE MATERIALIZED VIEW IF NOT EXISTS signal_phases_facts_from_messages TO signal_phases_facts AS
SELECT
    junction_id,
    group_id,
    signal,
    heartbeat,
    fromUnixTimestamp64Micro(changed_at_us, 'UTC') AS changed_at,
    fromUnixTimestamp64Micro(observed_at_us, 'UTC') AS observed_at,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM signal_phases_messages
COMMENT 'Feeds signal_phases_facts from signal_phases_messages, block by block.';

CREATE VIEW IF NOT EXISTS signal_phases AS
SELECT * EXCEPT (_version)
FROM signal_phases_facts FINAL
COMMENT 'Phase change of a junction\'s signal group, or its controller\'s heartbeat. One row a phase of a signal group or a heartbeat: the first copy is kept.';
