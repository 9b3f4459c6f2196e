-- payments: messages as they came, facts without repeats, and the view to read. Instants of messages are integers since
-- the Unix epoch and must lie in 2000-2100; those of facts are times. epoch_us stays an integer: it names a connection.

CREATE TABLE IF NOT EXISTS payments_messages
(
    _topic_id UUID COMMENT 'Id of the Kafka topic: a topic made anew begins at offset 0 again.',
    _partition Int32 COMMENT 'Kafka partition of the message.',
    _offset Int64 COMMENT 'Kafka offset of the message.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the message.',
    payment_id String COMMENT 'Identifier given by the reporter.',
    case_id String COMMENT 'The case.',
    kind LowCardinality(String) COMMENT 'What is reported.',
    amount_kzt Int64 COMMENT 'Amount paid, tenge; 0 where no money moved.',
    reference String COMMENT 'The reporter\'s reference.',
    outcome Nullable(String) COMMENT 'Outcome of an appeal or a court decision.',
    happened_at_us Int64 COMMENT 'When it happened, microseconds since the Unix epoch.',
    _offset_end Int64 COMMENT 'The offset again, read after the message: differs where its bytes are damaged.',
    _inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    CONSTRAINT message_is_whole CHECK _offset = _offset_end,
    CONSTRAINT happened_at_us_is_a_time CHECK happened_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT kind_is_known CHECK kind IN ('DELIVERED', 'PAYMENT', 'APPEAL', 'COURT_DECISION')
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(_create_time)
ORDER BY (_topic_id, _partition, _offset)
TTL toDateTime(_inserted_at) + INTERVAL 1104 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'What the treasury, couriers or courts report on a case. One row a message of topic payments, as it came.';

CREATE TABLE IF NOT EXISTS payments_facts
(
    payment_id String COMMENT 'Identifier given by the reporter.',
    case_id String COMMENT 'The case.',
    kind LowCardinality(String) COMMENT 'What is reported.',
    amount_kzt Int64 COMMENT 'Amount paid, tenge; 0 where no money moved.',
    reference String COMMENT 'The reporter\'s reference.',
    outcome Nullable(String) COMMENT 'Outcome of an appeal or a court decision.',
    happened_at DateTime64(6, 'UTC') COMMENT 'When it happened.',
    _partition Int32 COMMENT 'Kafka partition of the copy that is kept.',
    _offset Int64 COMMENT 'Kafka offset of the copy that is kept.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the copy that is kept.',
    _inserted_at DateTime64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    _version UInt64 COMMENT 'The copy with the highest one is kept: 2^64 - 1 - offset, so the first.'
)
ENGINE = ReplacingMergeTree(_version)
PARTITION BY toYYYYMM(happened_at)
ORDER BY (payment_id)
TTL toDateTime(_create_time) + INTERVAL 1104 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'What the treasury, couriers or courts report on a case. One row a report of the treasury or a courier after merges: the first copy is kept. Read it through the view payments.';

CREATE MATERIALIZED VIEW IF NOT EXISTS payments_facts_from_messages TO payments_facts AS
SELECT
    payment_id,
    case_id,
    kind,
    amount_kzt,
    reference,
    outcome,
    fromUnixTimestamp64Micro(happened_at_us, 'UTC') AS happened_at,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM payments_messages
COMMENT 'Feeds payments_facts from payments_messages, block by block.';

CREATE VIEW IF NOT EXISTS payments AS
SELECT * EXCEPT (_version)
FROM payments_facts FINAL
COMMENT 'What the treasury, couriers or courts report on a case. One row a report of the treasury or a courier: the first copy is kept.';
