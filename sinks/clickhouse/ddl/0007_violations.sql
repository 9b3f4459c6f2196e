-- violations: messages as they came, facts without repeats, and the view to read. Instants of messages are integers since
-- the Unix epoch and must lie in 2000-2100; those of facts are times. epoch_us stays an integer: it names a connection.

CREATE TABLE IF NOT EXISTS violations_messages
(
    _topic_id UUID COMMENT 'Id of the Kafka topic: a topic made anew begins at offset 0 again.',
    _partition Int32 COMMENT 'Kafka partition of the message.',
    _offset Int64 COMMENT 'Kafka offset of the message.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the message.',
    violation_id String COMMENT 'Identifier, derived from kind, camera, epoch and track.',
    kind LowCardinality(String) COMMENT 'Which rule found it: speeding, wrong_way, ...',
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    site_id LowCardinality(String) COMMENT 'Site of the camera.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    epoch_us Int64 COMMENT 'The connection, microseconds since the Unix epoch.',
    zone_id LowCardinality(Nullable(String)) COMMENT 'Zone it happened in.',
    track_id String COMMENT 'The vehicle\'s track.',
    vehicle_class Int32 COMMENT 'COCO-80 class id.',
    occurred_at_us Int64 COMMENT 'When it was measured, microseconds since the Unix epoch.',
    started_at_us Int64 COMMENT 'When the condition began, microseconds since the Unix epoch.',
    measured Float64 COMMENT 'The measured quantity.',
    measured_error Float64 COMMENT 'Its standard uncertainty, same unit.',
    `limit` Float64 COMMENT 'The limit it was held against, same unit.',
    unit LowCardinality(String) COMMENT 'Unit of the three, e.g. km/h.',
    confidence_factor Float64 COMMENT 'Coverage factor k: measured - k * measured_error lies beyond the limit.',
    measures Map(LowCardinality(String), Float64) COMMENT 'Further measurements, named with units.',
    articles Array(Tuple(code String, band String)) COMMENT 'Articles that may apply.',
    exculpations Array(Tuple(ground String, outcome String, reason String)) COMMENT 'Grounds that were checked.',
    vehicle_key String COMMENT 'HMAC of the plate, or the track where it is unread.',
    key_period LowCardinality(Nullable(String)) COMMENT 'Retention period of the key; null where the plate is unread.',
    plate_encrypted Nullable(String) COMMENT 'Plate under AES-GCM; null where unread.',
    summary String COMMENT 'One sentence for people.',
    evidence Array(Tuple(role String, camera_id String, epoch_us Int64, sequence Int64, frames_partition Int32, frames_offset Int64, at_us Int64, track_ids Array(String), boxes_xyxy_px Array(Float32))) COMMENT 'Where the pictures are.',
    registry_version Int32 COMMENT 'Version of the camera\'s registry entry used; 0: the camera is not registered.',
    calibration_version Int32 COMMENT 'Version of the calibration used; 0: none.',
    model_version LowCardinality(String) COMMENT 'Version and content hash of the detection model.',
    rule_version LowCardinality(String) COMMENT 'Version of the rule.',
    frames_created_at_ms Int64 COMMENT 'Kafka CreateTime of the frames message that led to this step, milliseconds since the Unix epoch.',
    tracks_partition Int32 COMMENT 'Partition of the tracks message that led to this step.',
    tracks_offset Int64 COMMENT 'Offset of the tracks message that led to this step.',
    _offset_end Int64 COMMENT 'The offset again, read after the message: differs where its bytes are damaged.',
    _inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    CONSTRAINT message_is_whole CHECK _offset = _offset_end,
    CONSTRAINT epoch_us_is_a_time CHECK epoch_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT occurred_at_us_is_a_time CHECK occurred_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT started_at_us_is_a_time CHECK started_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT frames_created_at_ms_is_a_time CHECK frames_created_at_ms BETWEEN 946684800000 AND 4102444800000,
    CONSTRAINT owner_is_known CHECK owner IN ('PUBLIC', 'PRIVATE')
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(_create_time)
ORDER BY (_topic_id, _partition, _offset)
TTL toDateTime(_inserted_at) + INTERVAL 739 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'A proposed traffic violation. Nothing is fined unless an officer confirms it. One row a message of topic violations, as it came.';

CREATE TABLE IF NOT EXISTS violations_facts
(
    violation_id String COMMENT 'Identifier, derived from kind, camera, epoch and track.',
    kind LowCardinality(String) COMMENT 'Which rule found it: speeding, wrong_way, ...',
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    site_id LowCardinality(String) COMMENT 'Site of the camera.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    epoch_us Int64 COMMENT 'The connection, microseconds since the Unix epoch.',
    zone_id LowCardinality(Nullable(String)) COMMENT 'Zone it happened in.',
    track_id String COMMENT 'The vehicle\'s track.',
    vehicle_class Int32 COMMENT 'COCO-80 class id.',
    occurred_at DateTime64(6, 'UTC') COMMENT 'When it was measured.',
    started_at DateTime64(6, 'UTC') COMMENT 'When the condition began.',
    measured Float64 COMMENT 'The measured quantity.',
    measured_error Float64 COMMENT 'Its standard uncertainty, same unit.',
    `limit` Float64 COMMENT 'The limit it was held against, same unit.',
    unit LowCardinality(String) COMMENT 'Unit of the three, e.g. km/h.',
    confidence_factor Float64 COMMENT 'Coverage factor k: measured - k * measured_error lies beyond the limit.',
    measures Map(LowCardinality(String), Float64) COMMENT 'Further measurements, named with units.',
    articles Array(Tuple(code String, band String)) COMMENT 'Articles that may apply.',
    exculpations Array(Tuple(ground String, outcome String, reason String)) COMMENT 'Grounds that were checked.',
    vehicle_key String COMMENT 'HMAC of the plate, or the track where it is unread.',
    key_period LowCardinality(Nullable(String)) COMMENT 'Retention period of the key; null where the plate is unread.',
    plate_encrypted Nullable(String) COMMENT 'Plate under AES-GCM; null where unread.',
    summary String COMMENT 'One sentence for people.',
    evidence Array(Tuple(role String, camera_id String, epoch_us Int64, sequence Int64, frames_partition Int32, frames_offset Int64, at_us Int64, track_ids Array(String), boxes_xyxy_px Array(Float32))) COMMENT 'Where the pictures are.',
    registry_version Int32 COMMENT 'Version of the camera\'s registry entry used; 0: the camera is not registered.',
    calibration_version Int32 COMMENT 'Version of the calibration used; 0: none.',
    model_version LowCardinality(String) COMMENT 'Version and content hash of the detection model.',
    rule_version LowCardinality(String) COMMENT 'Version of the rule.',
    frames_created_at DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the frames message that led to this step.',
    tracks_partition Int32 COMMENT 'Partition of the tracks message that led to this step.',
    tracks_offset Int64 COMMENT 'Offset of the tracks message that led to this step.',
    _partition Int32 COMMENT 'Kafka partition of the copy that is kept.',
    _offset Int64 COMMENT 'Kafka offset of the copy that is kept.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the copy that is kept.',
    _inserted_at DateTime64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    _version UInt64 COMMENT 'The copy with the highest one is kept: 2^64 - 1 - offset, so the first.'
)
ENGINE = ReplacingMergeTree(_version)
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (violation_id)
TTL toDateTime(_create_time) + INTERVAL 739 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'A proposed traffic violation. Nothing is fined unless an officer confirms it. One row a violation after merges: the first copy is kept. Read it through the view violations.';

CREATE MATERIALIZED VIEW IF NOT EXISTS violations_facts_from_messages TO violations_facts AS
SELECT
    violation_id,
    kind,
    camera_id,
    site_id,
    district,
    owner,
    epoch_us,
    zone_id,
    track_id,
    vehicle_class,
    fromUnixTimestamp64Micro(occurred_at_us, 'UTC') AS occurred_at,
    fromUnixTimestamp64Micro(started_at_us, 'UTC') AS started_at,
    measured,
    measured_error,
    `limit`,
    unit,
    confidence_factor,
    measures,
    articles,
    exculpations,
    vehicle_key,
    key_period,
    plate_encrypted,
    summary,
    evidence,
    registry_version,
    calibration_version,
    model_version,
    rule_version,
    fromUnixTimestamp64Milli(frames_created_at_ms, 'UTC') AS frames_created_at,
    tracks_partition,
    tracks_offset,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM violations_messages
COMMENT 'Feeds violations_facts from violations_messages, block by block.';

CREATE VIEW IF NOT EXISTS violations AS
SELECT * EXCEPT (_version)
FROM violations_facts FINAL
COMMENT 'A proposed traffic violation. Nothing is fined unless an officer confirms it. One row a violation: the first copy is kept.';
