-- case-events: messages as they came, facts without repeats, and the view to read. Instants of messages are integers since
-- the Unix epoch and must lie in 2000-2100; those of facts are times. epoch_us stays an integer: it names a connection.

CREATE TABLE IF NOT EXISTS case_events_messages
(
    _topic_id UUID COMMENT 'Id of the Kafka topic: a topic made anew begins at offset 0 again.',
    _partition Int32 COMMENT 'Kafka partition of the message.',
    _offset Int64 COMMENT 'Kafka offset of the message.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the message.',
    case_id String COMMENT 'The case.',
    revision Int32 COMMENT 'Step of this case, from 1, contiguous.',
    `step` LowCardinality(String) COMMENT 'What happened.',
    vehicle_key String COMMENT 'HMAC of the plate, or the track where it is unread.',
    violation_id String COMMENT 'The violation.',
    kind LowCardinality(String) COMMENT 'Kind of the violation.',
    camera_id LowCardinality(String) COMMENT 'The camera.',
    site_id LowCardinality(String) COMMENT 'Site of the camera.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    article LowCardinality(Nullable(String)) COMMENT 'Article applied.',
    tariff_version LowCardinality(Nullable(String)) COMMENT 'Version of the tariff applied.',
    amount_kzt Int64 COMMENT 'Amount of this step, tenge; 0 where none.',
    offence_at_us Int64 COMMENT 'When the offence happened, microseconds since the Unix epoch.',
    happened_at_us Int64 COMMENT 'When this step happened, microseconds since the Unix epoch.',
    reason String COMMENT 'Why, in words or a reason code.',
    commands_partition Int32 COMMENT 'Partition of the case command.',
    commands_offset Int64 COMMENT 'Offset of the case command.',
    _offset_end Int64 COMMENT 'The offset again, read after the message: differs where its bytes are damaged.',
    _inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    CONSTRAINT message_is_whole CHECK _offset = _offset_end,
    CONSTRAINT offence_at_us_is_a_time CHECK offence_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT happened_at_us_is_a_time CHECK happened_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT step_is_known CHECK `step` IN ('DETECTED', 'CONFIRMED', 'REJECTED', 'ISSUED', 'DELIVERED', 'DISCOUNTED', 'PAID', 'APPEALED', 'CANCELLED', 'IN_FORCE', 'ENFORCED', 'LAPSED'),
    CONSTRAINT owner_is_known CHECK owner IN ('PUBLIC', 'PRIVATE')
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(_create_time)
ORDER BY (_topic_id, _partition, _offset)
TTL toDateTime(_inserted_at) + INTERVAL 1104 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'One step of a case, with the money of that step. One row a message of topic case-events, as it came.';

CREATE TABLE IF NOT EXISTS case_events_facts
(
    case_id String COMMENT 'The case.',
    revision Int32 COMMENT 'Step of this case, from 1, contiguous.',
    `step` LowCardinality(String) COMMENT 'What happened.',
    vehicle_key String COMMENT 'HMAC of the plate, or the track where it is unread.',
    violation_id String COMMENT 'The violation.',
    kind LowCardinality(String) COMMENT 'Kind of the violation.',
    camera_id LowCardinality(String) COMMENT 'The camera.',
    site_id LowCardinality(String) COMMENT 'Site of the camera.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    article LowCardinality(Nullable(String)) COMMENT 'Article applied.',
    tariff_version LowCardinality(Nullable(String)) COMMENT 'Version of the tariff applied.',
    amount_kzt Int64 COMMENT 'Amount of this step, tenge; 0 where none.',
    offence_at DateTime64(6, 'UTC') COMMENT 'When the offence happened.',
    happened_at DateTime64(6, 'UTC') COMMENT 'When this step happened.',
    reason String COMMENT 'Why, in words or a reason code.',
    commands_partition Int32 COMMENT 'Partition of the case command.',
    commands_offset Int64 COMMENT 'Offset of the case command.',
    _partition Int32 COMMENT 'Kafka partition of the copy that is kept.',
    _offset Int64 COMMENT 'Kafka offset of the copy that is kept.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the copy that is kept.',
    _inserted_at DateTime64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    _version UInt64 COMMENT 'The copy with the highest one is kept: 2^64 - 1 - offset, so the first.'
)
ENGINE = ReplacingMergeTree(_version)
PARTITION BY toYYYYMM(offence_at)
ORDER BY (case_id, revision)
TTL toDateTime(_create_time) + INTERVAL 1104 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One step of a case, with the money of that step. One row a step of a case after merges: the first copy is kept. Read it through the view case_events.';

CREATE MATERIALIZED VIEW IF NOT EXISTS case_events_facts_from_messages TO case_events_facts AS
SELECT
    case_id,
    revision,
    `step`,
    vehicle_key,
    violation_id,
    kind,
    camera_id,
    site_id,
    district,
    owner,
    article,
    tariff_version,
    amount_kzt,
    fromUnixTimestamp64Micro(offence_at_us, 'UTC') AS offence_at,
    fromUnixTimestamp64Micro(happened_at_us, 'UTC') AS happened_at,
    reason,
    commands_partition,
    commands_offset,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM case_events_messages
COMMENT 'Feeds case_events_facts from case_events_messages, block by block.';

CREATE VIEW IF NOT EXISTS case_events AS
SELECT * EXCEPT (_version)
FROM case_events_facts FINAL
COMMENT 'One step of a case, with the money of that step. One row a step of a case: the first copy is kept.';

CREATE TABLE IF NOT EXISTS cases_facts
(
    case_id String COMMENT 'The case.',
    revision Int32 COMMENT 'Step of this case, from 1, contiguous.',
    `step` LowCardinality(String) COMMENT 'What happened.',
    vehicle_key String COMMENT 'HMAC of the plate, or the track where it is unread.',
    violation_id String COMMENT 'The violation.',
    kind LowCardinality(String) COMMENT 'Kind of the violation.',
    camera_id LowCardinality(String) COMMENT 'The camera.',
    site_id LowCardinality(String) COMMENT 'Site of the camera.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    article LowCardinality(Nullable(String)) COMMENT 'Article applied.',
    tariff_version LowCardinality(Nullable(String)) COMMENT 'Version of the tariff applied.',
    amount_kzt Int64 COMMENT 'Amount of this step, tenge; 0 where none.',
    offence_at DateTime64(6, 'UTC') COMMENT 'When the offence happened.',
    happened_at DateTime64(6, 'UTC') COMMENT 'When this step happened.',
    reason String COMMENT 'Why, in words or a reason code.',
    commands_partition Int32 COMMENT 'Partition of the case command.',
    commands_offset Int64 COMMENT 'Offset of the case command.',
    _partition Int32 COMMENT 'Kafka partition of the copy that is kept.',
    _offset Int64 COMMENT 'Kafka offset of the copy that is kept.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the copy that is kept.',
    _inserted_at DateTime64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    _version UInt64 COMMENT 'The copy with the highest one is kept: the revision.'
)
ENGINE = ReplacingMergeTree(_version)
PARTITION BY toYYYYMM(offence_at)
ORDER BY (case_id)
TTL toDateTime(_create_time) + INTERVAL 1104 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'The last step of each case. One row a case after merges: the latest revision is kept. Read it through the view cases.';

CREATE MATERIALIZED VIEW IF NOT EXISTS cases_facts_from_messages TO cases_facts AS
SELECT
    case_id,
    revision,
    `step`,
    vehicle_key,
    violation_id,
    kind,
    camera_id,
    site_id,
    district,
    owner,
    article,
    tariff_version,
    amount_kzt,
    fromUnixTimestamp64Micro(offence_at_us, 'UTC') AS offence_at,
    fromUnixTimestamp64Micro(happened_at_us, 'UTC') AS happened_at,
    reason,
    commands_partition,
    commands_offset,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    toUInt64(revision) AS _version
FROM case_events_messages
COMMENT 'Feeds cases_facts from case_events_messages, block by block.';

CREATE VIEW IF NOT EXISTS cases AS
SELECT * EXCEPT (_version)
FROM cases_facts FINAL
COMMENT 'The last step of each case. One row a case: the latest revision is kept.';
