-- reviews: messages as they came, facts without repeats, and the view to read. Instants of messages are integers since
-- the Unix epoch and must lie in 2000-2100; those of facts are times. epoch_us stays an integer: it names a connection.

CREATE TABLE IF NOT EXISTS reviews_messages
(
    _topic_id UUID COMMENT 'Id of the Kafka topic: a topic made anew begins at offset 0 again.',
    _partition Int32 COMMENT 'Kafka partition of the message.',
    _offset Int64 COMMENT 'Kafka offset of the message.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the message.',
    review_id String COMMENT 'Identifier.',
    case_id String COMMENT 'The case.',
    verdict LowCardinality(String) COMMENT 'Confirmed or rejected.',
    reason_code LowCardinality(String) COMMENT 'Why, from the list of reasons; empty when confirmed without remark.',
    remark String COMMENT 'In the officer\'s words.',
    corrected_vehicle_key Nullable(String) COMMENT 'Key of the plate as corrected.',
    corrected_plate_encrypted Nullable(String) COMMENT 'Corrected plate under AES-GCM.',
    officer_id LowCardinality(String) COMMENT 'Pseudonymous identifier of the officer.',
    looked_at_us Int64 COMMENT 'When the case was opened for review, microseconds since the Unix epoch.',
    decided_at_us Int64 COMMENT 'When it was decided, microseconds since the Unix epoch.',
    _offset_end Int64 COMMENT 'The offset again, read after the message: differs where its bytes are damaged.',
    _inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    CONSTRAINT message_is_whole CHECK _offset = _offset_end,
    CONSTRAINT looked_at_us_is_a_time CHECK looked_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT decided_at_us_is_a_time CHECK decided_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT verdict_is_known CHECK verdict IN ('CONFIRMED', 'REJECTED')
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(_create_time)
ORDER BY (_topic_id, _partition, _offset)
TTL toDateTime(_inserted_at) + INTERVAL 1104 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'What an officer decided on a case. One row a message of topic reviews, as it came.';

CREATE TABLE IF NOT EXISTS reviews_facts
(
    review_id String COMMENT 'Identifier.',
    case_id String COMMENT 'The case.',
    verdict LowCardinality(String) COMMENT 'Confirmed or rejected.',
    reason_code LowCardinality(String) COMMENT 'Why, from the list of reasons; empty when confirmed without remark.',
    remark String COMMENT 'In the officer\'s words.',
    corrected_vehicle_key Nullable(String) COMMENT 'Key of the plate as corrected.',
    corrected_plate_encrypted Nullable(String) COMMENT 'Corrected plate under AES-GCM.',
    officer_id LowCardinality(String) COMMENT 'Pseudonymous identifier of the officer.',
    looked_at DateTime64(6, 'UTC') COMMENT 'When the case was opened for review.',
    decided_at DateTime64(6, 'UTC') COMMENT 'When it was decided.',
    _partition Int32 COMMENT 'Kafka partition of the copy that is kept.',
    _offset Int64 COMMENT 'Kafka offset of the copy that is kept.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the copy that is kept.',
    _inserted_at DateTime64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    _version UInt64 COMMENT 'The copy with the highest one is kept: 2^64 - 1 - offset, so the first.'
)
ENGINE = ReplacingMergeTree(_version)
PARTITION BY toYYYYMM(decided_at)
ORDER BY (review_id)
TTL toDateTime(_create_time) + INTERVAL 1104 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'What an officer decided on a case. One row a decision of an officer after merges: the first copy is kept. Read it through the view reviews.';

CREATE MATERIALIZED VIEW IF NOT EXISTS reviews_facts_from_messages TO reviews_facts AS
SELECT
    review_id,
    case_id,
    verdict,
    reason_code,
    remark,
    corrected_vehicle_key,
    corrected_plate_encrypted,
    officer_id,
    fromUnixTimestamp64Micro(looked_at_us, 'UTC') AS looked_at,
    fromUnixTimestamp64Micro(decided_at_us, 'UTC') AS decided_at,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM reviews_messages
COMMENT 'Feeds reviews_facts from reviews_messages, block by block.';

CREATE VIEW IF NOT EXISTS reviews AS
SELECT * EXCEPT (_version)
FROM reviews_facts FINAL
COMMENT 'What an officer decided on a case. One row a decision of an officer: the first copy is kept.';
