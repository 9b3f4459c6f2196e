-- reviews: what was reviewed. Officers decide on incidents too. Such a review is of no case, so it is kept beside the reviews of cases,
-- never among them: no figure of cases or of their officers has it.

ALTER TABLE reviews_messages
    ADD COLUMN IF NOT EXISTS subject LowCardinality(String) DEFAULT 'CASE' COMMENT 'What was reviewed: a case, or an incident, whose id is in case_id then.';
ALTER TABLE reviews_messages ADD CONSTRAINT IF NOT EXISTS subject_is_known CHECK subject IN ('CASE', 'INCIDENT');
ALTER TABLE reviews_messages COMMENT COLUMN case_id 'The case; of an incident its incident_id.';

ALTER TABLE reviews_facts_from_messages MODIFY QUERY
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
    18446744073709551615 - toUInt64(_offset) AS _version,
    withdraws,
    article
FROM reviews_messages
WHERE subject = 'CASE';

CREATE TABLE IF NOT EXISTS incident_reviews_facts
(
    review_id String COMMENT 'Identifier.',
    incident_id String COMMENT 'The incident.',
    verdict LowCardinality(String) COMMENT 'Confirmed: it happened as it was found; or rejected.',
    reason_code LowCardinality(String) COMMENT 'Why it was rejected, from the list of reasons of incidents; empty when confirmed.',
    remark String COMMENT 'In the officer\'s words.',
    officer_id LowCardinality(String) COMMENT 'Pseudonymous identifier of the officer.',
    looked_at DateTime64(6, 'UTC') COMMENT 'When the incident was opened for review.',
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
COMMENT 'What an officer decided on an incident. One row a decision of an officer after merges: the first copy is kept. Read it through the view incident_reviews.';

CREATE MATERIALIZED VIEW IF NOT EXISTS incident_reviews_facts_from_messages TO incident_reviews_facts AS
SELECT
    review_id,
    case_id AS incident_id,
    verdict,
    reason_code,
    remark,
    officer_id,
    fromUnixTimestamp64Micro(looked_at_us, 'UTC') AS looked_at,
    fromUnixTimestamp64Micro(decided_at_us, 'UTC') AS decided_at,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM reviews_messages
WHERE subject = 'INCIDENT'
COMMENT 'Feeds incident_reviews_facts from reviews_messages, block by block.';

CREATE VIEW IF NOT EXISTS incident_reviews AS
SELECT * EXCEPT (_version)
FROM incident_reviews_facts FINAL
COMMENT 'What an officer decided on an incident. One row a decision of an officer: the first copy is kept; of several the last one stands.';

-- No topic feeds it: `vigil review incident` writes it before it shows anything, and shows nothing where it cannot.
CREATE TABLE IF NOT EXISTS incident_looks
(
    looked_at DateTime64(6, 'UTC') COMMENT 'When the incident was opened.',
    look_id UUID COMMENT 'The look.',
    incident_id String COMMENT 'The incident.',
    revision Int32 COMMENT 'Step of the incident that was shown.',
    officer_id LowCardinality(String) COMMENT 'Pseudonymous identifier of the officer.',
    login LowCardinality(String) COMMENT 'User of the desk\'s machine who looked, as its system knows it.',
    `role` LowCardinality(String) COMMENT 'Role in which the officer looked: incidents or senior.',
    why String COMMENT 'Why, in the officer\'s words; queue: it was the next one to review.'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(looked_at)
ORDER BY (incident_id, looked_at, look_id)
TTL toDateTime(looked_at) + INTERVAL 1104 DAY
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'The audit of officers\' access to incidents: one row each time that an officer opened one.';

ALTER TABLE report_incident_verdicts
    ADD COLUMN IF NOT EXISTS rejected UInt8 COMMENT '1: the officer rejected it, as a false alarm or for another reason.';
ALTER TABLE report_incident_verdicts COMMENT COLUMN false_alarm '1: the officer rejected it because what was found did not happen.';
