-- case-commands: messages as they came, facts without repeats, and the view to read. Instants of messages are integers since
-- the Unix epoch and must lie in 2000-2100; those of facts are times. epoch_us stays an integer: it names a connection.

CREATE TABLE IF NOT EXISTS case_commands_messages
(
    _topic_id UUID COMMENT 'Id of the Kafka topic: a topic made anew begins at offset 0 again.',
    _partition Int32 COMMENT 'Kafka partition of the message.',
    _offset Int64 COMMENT 'Kafka offset of the message.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the message.',
    vehicle_key String COMMENT 'HMAC of the plate, or the track where it is unread.',
    command_id String COMMENT 'Identifier, derived from the relayed message.',
    kind LowCardinality(String) COMMENT 'What is relayed.',
    case_id Nullable(String) COMMENT 'The case; null for a violation that opens one.',
    payload String COMMENT 'The relayed message in Confluent framing.',
    source_topic LowCardinality(String) COMMENT 'Topic it came from, without prefix.',
    source_partition Int32 COMMENT 'Its partition there.',
    source_offset Int64 COMMENT 'Its offset there.',
    ordinal Int32 COMMENT 'Number among the commands of one source message.',
    happened_at_us Int64 COMMENT 'Event time, microseconds since the Unix epoch.',
    _offset_end Int64 COMMENT 'The offset again, read after the message: differs where its bytes are damaged.',
    _inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    CONSTRAINT message_is_whole CHECK _offset = _offset_end,
    CONSTRAINT happened_at_us_is_a_time CHECK happened_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT kind_is_known CHECK kind IN ('VIOLATION', 'REVIEW', 'PAYMENT', 'DEADLINE', 'MOVE')
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(_create_time)
ORDER BY (_topic_id, _partition, _offset)
TTL toDateTime(_inserted_at) + INTERVAL 1104 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'One message of a vehicle\'s log: a violation, a review, a payment, a deadline or a move, in one order. One row a message of topic case-commands, as it came.';

CREATE TABLE IF NOT EXISTS case_commands_facts
(
    vehicle_key String COMMENT 'HMAC of the plate, or the track where it is unread.',
    command_id String COMMENT 'Identifier, derived from the relayed message.',
    kind LowCardinality(String) COMMENT 'What is relayed.',
    case_id Nullable(String) COMMENT 'The case; null for a violation that opens one.',
    payload String COMMENT 'The relayed message in Confluent framing.',
    source_topic LowCardinality(String) COMMENT 'Topic it came from, without prefix.',
    source_partition Int32 COMMENT 'Its partition there.',
    source_offset Int64 COMMENT 'Its offset there.',
    ordinal Int32 COMMENT 'Number among the commands of one source message.',
    happened_at DateTime64(6, 'UTC') COMMENT 'Event time.',
    _partition Int32 COMMENT 'Kafka partition of the copy that is kept.',
    _offset Int64 COMMENT 'Kafka offset of the copy that is kept.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the copy that is kept.',
    _inserted_at DateTime64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    _version UInt64 COMMENT 'The copy with the highest one is kept: 2^64 - 1 - offset, so the first.'
)
ENGINE = ReplacingMergeTree(_version)
PARTITION BY toYYYYMM(happened_at)
ORDER BY (vehicle_key, command_id)
TTL toDateTime(_create_time) + INTERVAL 1104 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One message of a vehicle\'s log: a violation, a review, a payment, a deadline or a move, in one order. One row a command of a vehicle\'s log after merges: the first copy is kept. Read it through the view case_commands.';

CREATE MATERIALIZED VIEW IF NOT EXISTS case_commands_facts_from_messages TO case_commands_facts AS
SELECT
    vehicle_key,
    command_id,
    kind,
    case_id,
    payload,
    source_topic,
    source_partition,
    source_offset,
    ordinal,
    fromUnixTimestamp64Micro(happened_at_us, 'UTC') AS happened_at,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM case_commands_messages
COMMENT 'Feeds case_commands_facts from case_commands_messages, block by block.';

CREATE VIEW IF NOT EXISTS case_commands AS
SELECT * EXCEPT (_version)
FROM case_commands_facts FINAL
COMMENT 'One message of a vehicle\'s log: a violation, a review, a payment, a deadline or a move, in one order. One row a command of a vehicle\'s log: the first copy is kept.';
