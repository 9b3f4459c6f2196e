-- incidents: messages as they came, facts without repeats, and the view to read. Instants of messages are integers since
-- the Unix epoch and must lie in 2000-2100; those of facts are times. epoch_us stays an integer: it names a connection.

CREATE TABLE IF NOT EXISTS incidents_messages
(
    _topic_id UUID COMMENT 'Id of the Kafka topic: a topic made anew begins at offset 0 again.',
    _partition Int32 COMMENT 'Kafka partition of the message.',
    _offset Int64 COMMENT 'Kafka offset of the message.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the message.',
    incident_id String COMMENT 'Identifier, derived from kind, camera, epoch, zone and first second.',
    revision Int32 COMMENT 'Step of this incident, from 1, contiguous.',
    phase LowCardinality(String) COMMENT 'Opened, updated or closed.',
    kind LowCardinality(String) COMMENT 'Which rule found it: crowd, stopped_vehicle, loitering, ...',
    severity LowCardinality(String) COMMENT 'How urgent.',
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    site_id LowCardinality(String) COMMENT 'Site of the camera.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    epoch_us Int64 COMMENT 'The connection, microseconds since the Unix epoch.',
    zone_id LowCardinality(Nullable(String)) COMMENT 'Zone it happened in.',
    track_ids Array(String) COMMENT 'Tracks involved.',
    started_at_us Int64 COMMENT 'When the condition began, microseconds since the Unix epoch.',
    opened_at_us Int64 COMMENT 'Event time at which the rule was sure, microseconds since the Unix epoch.',
    updated_at_us Int64 COMMENT 'Event time of this step, microseconds since the Unix epoch.',
    closed_at_us Nullable(Int64) COMMENT 'When it ended; null while open.',
    close_reason LowCardinality(Nullable(String)) COMMENT 'Why it was closed: ended, gone, camera_lost, superseded.',
    peak Float64 COMMENT 'Largest value of the rule\'s measure so far.',
    measures Map(LowCardinality(String), Float64) COMMENT 'What was measured in this step, named with units.',
    limits Map(LowCardinality(String), Float64) COMMENT 'The limits it was held against, named with units.',
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
    CONSTRAINT started_at_us_is_a_time CHECK started_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT opened_at_us_is_a_time CHECK opened_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT updated_at_us_is_a_time CHECK updated_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT closed_at_us_is_a_time CHECK closed_at_us IS NULL OR closed_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT frames_created_at_ms_is_a_time CHECK frames_created_at_ms BETWEEN 946684800000 AND 4102444800000,
    CONSTRAINT phase_is_known CHECK phase IN ('OPEN', 'UPDATE', 'CLOSE'),
    CONSTRAINT severity_is_known CHECK severity IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL'),
    CONSTRAINT owner_is_known CHECK owner IN ('PUBLIC', 'PRIVATE')
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(_create_time)
ORDER BY (_topic_id, _partition, _offset)
TTL toDateTime(_inserted_at) + INTERVAL 374 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'One step of an incident: opened, updated or closed. An officer decides what follows. One row a message of topic incidents, as it came.';

CREATE TABLE IF NOT EXISTS incidents_facts
(
    incident_id String COMMENT 'Identifier, derived from kind, camera, epoch, zone and first second.',
    revision Int32 COMMENT 'Step of this incident, from 1, contiguous.',
    phase LowCardinality(String) COMMENT 'Opened, updated or closed.',
    kind LowCardinality(String) COMMENT 'Which rule found it: crowd, stopped_vehicle, loitering, ...',
    severity LowCardinality(String) COMMENT 'How urgent.',
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    site_id LowCardinality(String) COMMENT 'Site of the camera.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    epoch_us Int64 COMMENT 'The connection, microseconds since the Unix epoch.',
    zone_id LowCardinality(Nullable(String)) COMMENT 'Zone it happened in.',
    track_ids Array(String) COMMENT 'Tracks involved.',
    started_at DateTime64(6, 'UTC') COMMENT 'When the condition began.',
    opened_at DateTime64(6, 'UTC') COMMENT 'Event time at which the rule was sure.',
    updated_at DateTime64(6, 'UTC') COMMENT 'Event time of this step.',
    closed_at Nullable(DateTime64(6, 'UTC')) COMMENT 'When it ended; null while open.',
    close_reason LowCardinality(Nullable(String)) COMMENT 'Why it was closed: ended, gone, camera_lost, superseded.',
    peak Float64 COMMENT 'Largest value of the rule\'s measure so far.',
    measures Map(LowCardinality(String), Float64) COMMENT 'What was measured in this step, named with units.',
    limits Map(LowCardinality(String), Float64) COMMENT 'The limits it was held against, named with units.',
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
    _version UInt64 COMMENT 'The copy with the highest one is kept: the revision.'
)
ENGINE = ReplacingMergeTree(_version)
PARTITION BY toYYYYMM(opened_at)
ORDER BY (incident_id)
TTL toDateTime(_create_time) + INTERVAL 374 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One step of an incident: opened, updated or closed. An officer decides what follows. One row an incident after merges: the latest revision is kept. Read it through the view incidents.';

CREATE MATERIALIZED VIEW IF NOT EXISTS incidents_facts_from_messages TO incidents_facts AS
SELECT
    incident_id,
    revision,
    phase,
    kind,
    severity,
    camera_id,
    site_id,
    district,
    owner,
    epoch_us,
    zone_id,
    track_ids,
    fromUnixTimestamp64Micro(started_at_us, 'UTC') AS started_at,
    fromUnixTimestamp64Micro(opened_at_us, 'UTC') AS opened_at,
    fromUnixTimestamp64Micro(updated_at_us, 'UTC') AS updated_at,
    fromUnixTimestamp64Micro(closed_at_us, 'UTC') AS closed_at,
    close_reason,
    peak,
    measures,
    limits,
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
    toUInt64(revision) AS _version
FROM incidents_messages
COMMENT 'Feeds incidents_facts from incidents_messages, block by block.';

CREATE VIEW IF NOT EXISTS incidents AS
SELECT * EXCEPT (_version)
FROM incidents_facts FINAL
COMMENT 'One step of an incident: opened, updated or closed. An officer decides what follows. One row an incident: the latest revision is kept.';
