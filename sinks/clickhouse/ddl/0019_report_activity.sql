-- Reviews, incidents and cameras' connections for reports; made as the tables of 0018 are.

CREATE TABLE IF NOT EXISTS report_reviews_daily
(
    source_month UInt32 COMMENT 'Month of the decision in UTC, YYYYMM: what is made anew at a time.',
    `day` Date COMMENT 'Day of the decision, Almaty\'s.',
    officer_id LowCardinality(String) COMMENT 'Pseudonymous identifier of the officer.',
    verdict LowCardinality(String) COMMENT 'Confirmed or rejected.',
    reason_code LowCardinality(String) COMMENT 'Why; empty when confirmed without remark.',
    reviews Int64 COMMENT 'Decisions.',
    look_s Int64 COMMENT 'Time from opening the case to the decision, all together, seconds.',
    looks Array(UInt16) COMMENT 'That time of each decision, seconds, at most 65,535; ascending.'
)
ENGINE = MergeTree
PARTITION BY source_month
ORDER BY (`day`, officer_id, verdict, reason_code)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Decisions of officers by day.';

CREATE TABLE IF NOT EXISTS report_review_pairs_daily
(
    source_month UInt32 COMMENT 'Month of the case\'s first decision in UTC, YYYYMM: what is made anew at a time.',
    `day` Date COMMENT 'Day of the first decision, Almaty\'s.',
    pairs Int64 COMMENT 'Cases that two officers decided.',
    agreed Int64 COMMENT 'Of them, those on which the first two agree.',
    waited_s Int64 COMMENT 'Time from the first to the second decision, all together, seconds.'
)
ENGINE = MergeTree
PARTITION BY source_month
ORDER BY (`day`)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Cases with two decisions, and whether they agree.';

CREATE TABLE IF NOT EXISTS report_incidents
(
    source_month UInt32 COMMENT 'Month in which the incident was opened in UTC, YYYYMM: what is made anew at a time.',
    incident_id String COMMENT 'The incident.',
    `day` Date COMMENT 'Day on which it was opened, Almaty\'s.',
    `hour` UInt8 COMMENT 'Hour of that, 0 to 23.',
    kind LowCardinality(String) COMMENT 'Which rule found it.',
    severity LowCardinality(String) COMMENT 'How urgent.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    delay_s Float32 COMMENT 'From the begin of the condition to the moment at which the rule was sure, seconds.',
    duration_s Nullable(Float32) COMMENT 'From opened to closed, seconds; null while open.'
)
ENGINE = MergeTree
PARTITION BY source_month
ORDER BY (`day`, kind, district, incident_id)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'One row an incident, narrow.';

CREATE TABLE IF NOT EXISTS report_incident_verdicts
(
    source_month UInt32 COMMENT 'Month of the decision in UTC, YYYYMM: what is made anew at a time.',
    incident_id String COMMENT 'The incident.',
    decided_at DateTime64(6, 'UTC') COMMENT 'When it was decided.',
    false_alarm UInt8 COMMENT '1: the officer rejected it.'
)
ENGINE = MergeTree
PARTITION BY source_month
ORDER BY (incident_id, decided_at)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Decisions of officers on incidents: reviews whose case is an incident.';

CREATE TABLE IF NOT EXISTS report_camera_days
(
    `day` Date COMMENT 'The day, Almaty\'s.',
    camera_id LowCardinality(String) COMMENT 'The camera.',
    reported_us Int64 COMMENT 'Time that its reports cover, microseconds.',
    streaming_us Int64 COMMENT 'Of it, time connected and with picture, microseconds.',
    gaps Int64 COMMENT 'Times without picture.',
    gap_us Int64 COMMENT 'Time without picture, microseconds.',
    reconnects Int64 COMMENT 'Reconnects.',
    built_at DateTime64(3, 'UTC') COMMENT 'When the row was made; the latest counts.'
)
ENGINE = ReplacingMergeTree(built_at)
PARTITION BY toYYYYMM(`day`)
ORDER BY (`day`, camera_id)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Each camera\'s connection by day; stays when the reports of ten seconds are gone. Read it with FINAL.';
