-- Whose vehicle it is, by class: as the relay read it in the city's tables, carried on by every step, and in the reports.

ALTER TABLE case_commands_messages
    ADD COLUMN IF NOT EXISTS owner_class LowCardinality(Nullable(String)) COMMENT 'Class of the vehicle\'s owner by the city\'s tables when the violation was relayed; null: it is in none.';

ALTER TABLE case_commands_facts
    ADD COLUMN IF NOT EXISTS owner_class LowCardinality(Nullable(String)) COMMENT 'Class of the vehicle\'s owner by the city\'s tables when the violation was relayed; null: it is in none.';

ALTER TABLE case_commands_facts_from_messages MODIFY QUERY
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
    18446744073709551615 - toUInt64(_offset) AS _version,
    repeat_elsewhere,
    owner_class
FROM case_commands_messages;

CREATE OR REPLACE VIEW case_commands AS
SELECT * EXCEPT (_version)
FROM case_commands_facts FINAL
COMMENT 'One message of a vehicle\'s log: a violation, a review, a payment, a deadline or a move, in one order. One row a command of a vehicle\'s log: the first copy is kept.';

ALTER TABLE case_events_messages
    ADD COLUMN IF NOT EXISTS owner_class LowCardinality(Nullable(String)) COMMENT 'Class of the vehicle\'s owner by the city\'s tables: INDIVIDUAL, SMALL_BUSINESS, ...; null: it is in none.';

ALTER TABLE case_events_facts
    ADD COLUMN IF NOT EXISTS owner_class LowCardinality(Nullable(String)) COMMENT 'Class of the vehicle\'s owner by the city\'s tables: INDIVIDUAL, SMALL_BUSINESS, ...; null: it is in none.';

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
FROM case_events_messages;

CREATE OR REPLACE VIEW case_events AS
SELECT * EXCEPT (_version)
FROM case_events_facts FINAL
COMMENT 'One step of a case, with the money of that step. One row a step of a case: the first copy is kept.';

ALTER TABLE cases_facts
    ADD COLUMN IF NOT EXISTS owner_class LowCardinality(Nullable(String)) COMMENT 'Class of the vehicle\'s owner by the city\'s tables: INDIVIDUAL, SMALL_BUSINESS, ...; null: it is in none.';

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
FROM case_events_messages;

CREATE OR REPLACE VIEW cases AS
SELECT * EXCEPT (_version)
FROM cases_facts FINAL
COMMENT 'The last step of each case. One row a case: the latest revision is kept.';

ALTER TABLE report_cases
    ADD COLUMN IF NOT EXISTS owner_class LowCardinality(String) COMMENT 'Class of the vehicle\'s owner by the city\'s tables; empty: the vehicle is in none.';

ALTER TABLE report_revenue_daily
    ADD COLUMN IF NOT EXISTS owner_class LowCardinality(String) COMMENT 'Class of the vehicle\'s owner by the city\'s tables; empty: the vehicle is in none.';

ALTER TABLE report_cash_daily
    ADD COLUMN IF NOT EXISTS owner_class LowCardinality(String) COMMENT 'Class of the vehicle\'s owner by the city\'s tables; empty: the vehicle is in none.';
