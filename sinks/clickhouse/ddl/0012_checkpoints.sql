-- checkpoints: messages as they came, facts without repeats, and the view to read. Instants of messages are integers since
-- the Unix epoch and must lie in 2000-2100; those of facts are times. epoch_us stays an integer: it names a connection.

CREATE TABLE IF NOT EXISTS checkpoints_messages
(
    _topic_id UUID COMMENT 'Id of the Kafka topic: a topic made anew begins at offset 0 again.',
    _partition Int32 COMMENT 'Kafka partition of the message.',
    _offset Int64 COMMENT 'Kafka offset of the message.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the message.',
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    stage LowCardinality(String) COMMENT 'The stage whose state it is.',
    stage_version LowCardinality(String) COMMENT 'Version of the stage\'s code.',
    epoch_us Int64 COMMENT 'The connection, microseconds since the Unix epoch.',
    sequence Int64 COMMENT 'Last group applied.',
    captured_at_us Int64 COMMENT 'Capture time of that group, microseconds since the Unix epoch.',
    state String COMMENT 'The core\'s state, versioned by itself.',
    _offset_end Int64 COMMENT 'The offset again, read after the message: differs where its bytes are damaged.',
    _inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    CONSTRAINT message_is_whole CHECK _offset = _offset_end,
    CONSTRAINT epoch_us_is_a_time CHECK epoch_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT captured_at_us_is_a_time CHECK captured_at_us BETWEEN 946684800000000 AND 4102444800000000
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(_create_time)
ORDER BY (_topic_id, _partition, _offset)
TTL toDateTime(_inserted_at) + INTERVAL 4 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'State of a camera\'s core at one moment, so that a finding can be recomputed from there. One row a message of topic checkpoints, as it came.';

CREATE TABLE IF NOT EXISTS checkpoints_facts
(
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    stage LowCardinality(String) COMMENT 'The stage whose state it is.',
    stage_version LowCardinality(String) COMMENT 'Version of the stage\'s code.',
    epoch_us Int64 COMMENT 'The connection, microseconds since the Unix epoch.',
    sequence Int64 COMMENT 'Last group applied.',
    captured_at DateTime64(6, 'UTC') COMMENT 'Capture time of that group.',
    state String COMMENT 'The core\'s state, versioned by itself.',
    _partition Int32 COMMENT 'Kafka partition of the copy that is kept.',
    _offset Int64 COMMENT 'Kafka offset of the copy that is kept.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the copy that is kept.',
    _inserted_at DateTime64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    _version UInt64 COMMENT 'The copy with the highest one is kept: 2^64 - 1 - offset, so the first.'
)
ENGINE = ReplacingMergeTree(_version)
PARTITION BY toYYYYMM(captured_at)
ORDER BY (camera_id, stage, epoch_us, sequence)
TTL toDateTime(_create_time) + INTERVAL 33 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'State of a camera\'s core at one moment, so that a finding can be recomputed from there. One row a checkpoint of a camera\'s cores after merges: the first copy is kept. Read it through the view checkpoints.';

CREATE MATERIALIZED VIEW IF NOT EXISTS checkpoints_facts_from_messages TO checkpoints_facts AS
SELECT
    camera_id,
    stage,
    stage_version,
    epoch_us,
    sequence,
    fromUnixTimestamp64Micro(captured_at_us, 'UTC') AS captured_at,
    state,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM checkpoints_messages
COMMENT 'Feeds checkpoints_facts from checkpoints_messages, block by block.';

CREATE VIEW IF NOT EXISTS checkpoints AS
SELECT * EXCEPT (_version)
FROM checkpoints_facts FINAL
COMMENT 'State of a camera\'s core at one moment, so that a finding can be recomputed from there. One row a checkpoint of a camera\'s cores: the first copy is kept.';
