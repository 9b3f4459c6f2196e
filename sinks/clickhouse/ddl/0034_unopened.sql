-- Violations that opened no case: the step NOT_OPENED of case-events, with its reason. It is no step of a case, so it is kept beside the
-- cases, never among them: no figure of a case, and no view of cases, has it.

ALTER TABLE case_events_messages DROP CONSTRAINT IF EXISTS step_is_known;
ALTER TABLE case_events_messages ADD CONSTRAINT IF NOT EXISTS step_is_known CHECK `step` IN ('DETECTED', 'CONFIRMED', 'REJECTED', 'ISSUED', 'DELIVERED', 'DISCOUNTED', 'PAID', 'APPEALED', 'CANCELLED', 'IN_FORCE', 'ENFORCED', 'LAPSED', 'CHANGED', 'REFUND_DUE', 'REFUNDED', 'REFUND_PART', 'NOT_OPENED');
ALTER TABLE case_events_messages COMMENT COLUMN revision 'Step of this case, from 1, contiguous; 0 of NOT_OPENED, which opens none.';

CREATE TABLE IF NOT EXISTS unopened_facts
(
    violation_id String COMMENT 'The violation.',
    case_id String COMMENT 'The case that it would have opened; there is one where the violation came again and did.',
    why LowCardinality(String) COMMENT 'Why it opened none: dropped (by an exculpation), no article, outside scope (of what cameras may find on its day), same offence (another case is for it).',
    detail String COMMENT 'The grounds that dropped it, its kind where no article applies, the article outside the scope, or the case that is for the same offence.',
    kind LowCardinality(String) COMMENT 'Kind of the violation.',
    article LowCardinality(Nullable(String)) COMMENT 'Its first candidate.',
    camera_id LowCardinality(String) COMMENT 'The camera.',
    site_id LowCardinality(String) COMMENT 'Site of the camera.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    offence_at DateTime64(6, 'UTC') COMMENT 'When the offence happened.',
    happened_at DateTime64(6, 'UTC') COMMENT 'When the cases stage looked at it.',
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
ORDER BY (violation_id)
TTL toDateTime(_create_time) + INTERVAL 1104 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Violations that opened no case, and why. One row a violation after merges: the first copy is kept. Read it through the view unopened.';

CREATE MATERIALIZED VIEW IF NOT EXISTS unopened_facts_from_messages TO unopened_facts AS
SELECT
    violation_id,
    case_id,
    splitByString(': ', reason)[1] AS why,
    substring(reason, length(why) + 3) AS detail,
    kind,
    article,
    camera_id,
    site_id,
    district,
    owner,
    fromUnixTimestamp64Micro(offence_at_us, 'UTC') AS offence_at,
    fromUnixTimestamp64Micro(happened_at_us, 'UTC') AS happened_at,
    commands_partition,
    commands_offset,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM case_events_messages
WHERE `step` = 'NOT_OPENED'
COMMENT 'Feeds unopened_facts from case_events_messages, block by block.';

CREATE VIEW IF NOT EXISTS unopened AS
SELECT * EXCEPT (_version)
FROM unopened_facts FINAL
COMMENT 'Violations that opened no case, and why. One row a violation: the first copy is kept.';

ALTER TABLE case_events_facts_from_messages MODIFY QUERY
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
    18446744073709551615 - toUInt64(_offset) AS _version,
    owner_class
FROM case_events_messages
WHERE `step` != 'NOT_OPENED';

ALTER TABLE cases_facts_from_messages MODIFY QUERY
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
    toUInt64(revision) AS _version,
    owner_class
FROM case_events_messages
WHERE `step` != 'NOT_OPENED';

CREATE TABLE IF NOT EXISTS report_unopened_daily
(
    source_month UInt32 COMMENT 'Month of the offence in UTC, YYYYMM: what is made anew at a time.',
    `day` Date COMMENT 'Day of the offence.',
    why LowCardinality(String) COMMENT 'Why the violations opened no case, as in unopened.',
    reason String COMMENT 'The grounds that dropped them, their kind, or the article; empty where another case is for the same offence.',
    violations Int64 COMMENT 'Violations that opened no case.'
)
ENGINE = MergeTree
PARTITION BY source_month
ORDER BY (`day`, why, reason)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Violations that opened no case, by day and reason: what stands above the cases in the waterfall.';
