-- dead-letters: messages as they came, facts without repeats, and the view to read. Instants of messages are integers since
-- the Unix epoch and must lie in 2000-2100; those of facts are times. epoch_us stays an integer: it names a connection.

CREATE TABLE IF NOT EXISTS dead_letters_messages
(
    _topic_id UUID COMMENT 'Id of the Kafka topic: a topic made anew begins at offset 0 again.',
    _partition Int32 COMMENT 'Kafka partition of the message.',
    _offset Int64 COMMENT 'Kafka offset of the message.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the message.',
    stage LowCardinality(String) COMMENT 'Stage or sink that refused it.',
    stage_version LowCardinality(String) COMMENT 'Version of the stage\'s code.',
    topic LowCardinality(String) COMMENT 'Topic it came from, as named in the cluster.',
    topic_id Nullable(String) COMMENT 'UUID of that topic, where known.',
    `partition` Int32 COMMENT 'Its partition.',
    `offset` Int64 COMMENT 'Its offset.',
    created_at_ms Int64 COMMENT 'Its Kafka timestamp, milliseconds since the Unix epoch.',
    `key` Nullable(String) COMMENT 'Its key.',
    `value` Nullable(String) COMMENT 'Its value.',
    error_class LowCardinality(String) COMMENT 'Class of the error.',
    error String COMMENT 'The error as a sentence.',
    failed_at_us Int64 COMMENT 'When it was refused, microseconds since the Unix epoch.',
    _offset_end Int64 COMMENT 'The offset again, read after the message: differs where its bytes are damaged.',
    _inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    CONSTRAINT message_is_whole CHECK _offset = _offset_end,
    CONSTRAINT created_at_ms_is_a_time CHECK created_at_ms BETWEEN 946684800000 AND 4102444800000,
    CONSTRAINT failed_at_us_is_a_time CHECK failed_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT error_class_is_known CHECK error_class IN ('DECODE', 'UNKNOWN_SCHEMA', 'INVALID', 'HANDLER', 'CONTENT', 'TOO_LARGE')
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(_create_time)
ORDER BY (_topic_id, _partition, _offset)
TTL toDateTime(_inserted_at) + INTERVAL 99 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'A message that could not be handled, whole, with the reason. One row a message of topic dead-letters, as it came.';

CREATE TABLE IF NOT EXISTS dead_letters_facts
(
    stage LowCardinality(String) COMMENT 'Stage or sink that refused it.',
    stage_version LowCardinality(String) COMMENT 'Version of the stage\'s code.',
    topic LowCardinality(String) COMMENT 'Topic it came from, as named in the cluster.',
    topic_id Nullable(String) COMMENT 'UUID of that topic, where known.',
    `partition` Int32 COMMENT 'Its partition.',
    `offset` Int64 COMMENT 'Its offset.',
    created_at DateTime64(3, 'UTC') COMMENT 'Its Kafka timestamp.',
    `key` Nullable(String) COMMENT 'Its key.',
    `value` Nullable(String) COMMENT 'Its value.',
    error_class LowCardinality(String) COMMENT 'Class of the error.',
    error String COMMENT 'The error as a sentence.',
    failed_at DateTime64(6, 'UTC') COMMENT 'When it was refused.',
    _partition Int32 COMMENT 'Kafka partition of the copy that is kept.',
    _offset Int64 COMMENT 'Kafka offset of the copy that is kept.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the copy that is kept.',
    _inserted_at DateTime64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    _version UInt64 COMMENT 'The copy with the highest one is kept: 2^64 - 1 - offset, so the first.'
)
ENGINE = ReplacingMergeTree(_version)
PARTITION BY toYYYYMM(failed_at)
ORDER BY (topic, topic_id, `partition`, `offset`, stage)
TTL toDateTime(_create_time) + INTERVAL 99 DAY
SETTINGS non_replicated_deduplication_window = 10000, allow_nullable_key = 1
COMMENT 'A message that could not be handled, whole, with the reason. One row a refused message after merges: the first copy is kept. Read it through the view dead_letters.';

CREATE MATERIALIZED VIEW IF NOT EXISTS dead_letters_facts_from_messages TO dead_letters_facts AS
SELECT
    stage,
    stage_version,
    topic,
    topic_id,
    `partition`,
    `offset`,
    fromUnixTimestamp64Milli(created_at_ms, 'UTC') AS created_at,
    `key`,
    `value`,
    error_class,
    error,
    fromUnixTimestamp64Micro(failed_at_us, 'UTC') AS failed_at,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM dead_letters_messages
COMMENT 'Feeds dead_letters_facts from dead_letters_messages, block by block.';

CREATE VIEW IF NOT EXISTS dead_letters AS
SELECT * EXCEPT (_version)
FROM dead_letters_facts FINAL
COMMENT 'A message that could not be handled, whole, with the reason. One row a refused message: the first copy is kept.';
