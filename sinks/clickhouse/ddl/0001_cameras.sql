-- cameras: messages as they came, facts without repeats, and the view to read. Instants of messages are integers since
-- the Unix epoch and must lie in 2000-2100; those of facts are times. epoch_us stays an integer: it names a connection.

CREATE TABLE IF NOT EXISTS cameras_messages
(
    _topic_id UUID COMMENT 'Id of the Kafka topic: a topic made anew begins at offset 0 again.',
    _partition Int32 COMMENT 'Kafka partition of the message.',
    _offset Int64 COMMENT 'Kafka offset of the message.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the message.',
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    version Int32 COMMENT 'Version of this entry, from 1, contiguous per camera.',
    name String COMMENT 'Name for people.',
    site_id LowCardinality(String) COMMENT 'The site (junction, yard, square) it stands at.',
    district LowCardinality(String) COMMENT 'District of the city.',
    owner LowCardinality(String) COMMENT 'Who runs it.',
    latitude_deg Float64 COMMENT 'WGS 84 latitude, degrees.',
    longitude_deg Float64 COMMENT 'WGS 84 longitude, degrees.',
    height_m Nullable(Float64) COMMENT 'Height of the lens above ground, metres.',
    heading_deg Nullable(Float64) COMMENT 'Direction of view, degrees clockwise from north.',
    source_uri String COMMENT 'Where the stream is read (rtsp, http, https or file), never with credentials.',
    source_start_us Nullable(Int64) COMMENT 'Declared start of a file source, microseconds since the Unix epoch; null for live sources.',
    enabled Bool COMMENT 'False takes the camera out of service.',
    width_px Int32 COMMENT 'Image width that zones and regions are drawn in, pixels.',
    height_px Int32 COMMENT 'Image height that zones and regions are drawn in, pixels.',
    calibration Nullable(Tuple(version Int32, method String, homography Array(Float64), width_px Int32, height_px Int32, position_error_m Float64, scale_error_ratio Float64)) COMMENT 'Ground-plane calibration; null: positions and speeds are unknown.',
    zones Array(Tuple(zone_id String, kind String, polygon_px Array(Float32), heading_deg Nullable(Float64), limits Map(LowCardinality(String), Float64))) COMMENT 'Regions of the view.',
    speed_limit_kmh Nullable(Float64) COMMENT 'Speed limit in view, km/h; a zone\'s own limit goes before it.',
    junction_id LowCardinality(Nullable(String)) COMMENT 'Signal-controlled junction in view.',
    capabilities Array(String) COMMENT 'What the camera may be used for: incidents, speed, plates, ...',
    analysis Tuple(enforcement Bool, idle_fps Float32, active_fps Float32, score_floor_ratio Float32, regions Array(Tuple(x_px Int32, y_px Int32, width_px Int32, height_px Int32))) COMMENT 'How densely it is analysed.',
    rules Array(Tuple(kind String, enabled Bool, params Map(LowCardinality(String), Float64))) COMMENT 'Rules and their parameters.',
    updated_at_us Int64 COMMENT 'When this version was made, microseconds since the Unix epoch.',
    _offset_end Int64 COMMENT 'The offset again, read after the message: differs where its bytes are damaged.',
    _inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    CONSTRAINT message_is_whole CHECK _offset = _offset_end,
    CONSTRAINT source_start_us_is_a_time CHECK source_start_us IS NULL OR source_start_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT updated_at_us_is_a_time CHECK updated_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT owner_is_known CHECK owner IN ('PUBLIC', 'PRIVATE')
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(_create_time)
ORDER BY (_topic_id, _partition, _offset)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'One version of a camera\'s registry entry. Kept for ever: a fine needs the version it was made with. One row a message of topic cameras, as it came.';

CREATE TABLE IF NOT EXISTS cameras_facts
(
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    version Int32 COMMENT 'Version of this entry, from 1, contiguous per camera.',
    name String COMMENT 'Name for people.',
    site_id LowCardinality(String) COMMENT 'The site (junction, yard, square) it stands at.',
    district LowCardinality(String) COMMENT 'District of the city.',
    owner LowCardinality(String) COMMENT 'Who runs it.',
    latitude_deg Float64 COMMENT 'WGS 84 latitude, degrees.',
    longitude_deg Float64 COMMENT 'WGS 84 longitude, degrees.',
    height_m Nullable(Float64) COMMENT 'Height of the lens above ground, metres.',
    heading_deg Nullable(Float64) COMMENT 'Direction of view, degrees clockwise from north.',
    source_uri String COMMENT 'Where the stream is read (rtsp, http, https or file), never with credentials.',
    source_start Nullable(DateTime64(6, 'UTC')) COMMENT 'Declared start of a file source; null for live sources.',
    enabled Bool COMMENT 'False takes the camera out of service.',
    width_px Int32 COMMENT 'Image width that zones and regions are drawn in, pixels.',
    height_px Int32 COMMENT 'Image height that zones and regions are drawn in, pixels.',
    calibration_version Nullable(Int32) COMMENT 'Version of this calibration; a finding names it.',
    calibration_method Nullable(String) COMMENT 'How it was obtained, e.g. "survey" or "estimated from objects of known size".',
    calibration_homography Array(Float64) COMMENT '3x3 row-major matrix from image pixels (u, v, 1) to ground metres (x, y, w); 9 numbers.',
    calibration_width_px Nullable(Int32) COMMENT 'Image width the matrix is for, pixels.',
    calibration_height_px Nullable(Int32) COMMENT 'Image height the matrix is for, pixels.',
    calibration_position_error_m Nullable(Float64) COMMENT 'Standard uncertainty of a ground position, metres.',
    calibration_scale_error_ratio Nullable(Float64) COMMENT 'Relative standard uncertainty of distances, and so of speeds.',
    zones Array(Tuple(zone_id String, kind String, polygon_px Array(Float32), heading_deg Nullable(Float64), limits Map(LowCardinality(String), Float64))) COMMENT 'Regions of the view.',
    speed_limit_kmh Nullable(Float64) COMMENT 'Speed limit in view, km/h; a zone\'s own limit goes before it.',
    junction_id LowCardinality(Nullable(String)) COMMENT 'Signal-controlled junction in view.',
    capabilities Array(String) COMMENT 'What the camera may be used for: incidents, speed, plates, ...',
    analysis_enforcement Bool COMMENT 'True for a camera that measures violations: always at active_fps.',
    analysis_idle_fps Float32 COMMENT 'Frames inferred a second while nothing moves; 0: keyframes only.',
    analysis_active_fps Float32 COMMENT 'Frames inferred a second while something moves.',
    analysis_score_floor_ratio Float32 COMMENT 'Lowest detection score kept, 0 to 1.',
    analysis_regions Array(Tuple(x_px Int32, y_px Int32, width_px Int32, height_px Int32)) COMMENT 'Crops inferred besides the whole view.',
    rules Array(Tuple(kind String, enabled Bool, params Map(LowCardinality(String), Float64))) COMMENT 'Rules and their parameters.',
    updated_at DateTime64(6, 'UTC') COMMENT 'When this version was made.',
    _partition Int32 COMMENT 'Kafka partition of the copy that is kept.',
    _offset Int64 COMMENT 'Kafka offset of the copy that is kept.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the copy that is kept.',
    _inserted_at DateTime64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    _version UInt64 COMMENT 'The copy with the highest one is kept: 2^64 - 1 - offset, so the first.'
)
ENGINE = ReplacingMergeTree(_version)
ORDER BY (camera_id, version)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One version of a camera\'s registry entry. Kept for ever: a fine needs the version it was made with. One row a version of a registry entry after merges: the first copy is kept. Read it through the view cameras.';

CREATE MATERIALIZED VIEW IF NOT EXISTS cameras_facts_from_messages TO cameras_facts AS
SELECT
    camera_id,
    version,
    name,
    site_id,
    district,
    owner,
    latitude_deg,
    longitude_deg,
    height_m,
    heading_deg,
    source_uri,
    fromUnixTimestamp64Micro(source_start_us, 'UTC') AS source_start,
    enabled,
    width_px,
    height_px,
    calibration.version AS calibration_version,
    calibration.method AS calibration_method,
    calibration.homography AS calibration_homography,
    calibration.width_px AS calibration_width_px,
    calibration.height_px AS calibration_height_px,
    calibration.position_error_m AS calibration_position_error_m,
    calibration.scale_error_ratio AS calibration_scale_error_ratio,
    zones,
    speed_limit_kmh,
    junction_id,
    capabilities,
    analysis.enforcement AS analysis_enforcement,
    analysis.idle_fps AS analysis_idle_fps,
    analysis.active_fps AS analysis_active_fps,
    analysis.score_floor_ratio AS analysis_score_floor_ratio,
    analysis.regions AS analysis_regions,
    rules,
    fromUnixTimestamp64Micro(updated_at_us, 'UTC') AS updated_at,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM cameras_messages
COMMENT 'Feeds cameras_facts from cameras_messages, block by block.';

CREATE VIEW IF NOT EXISTS cameras AS
SELECT * EXCEPT (_version)
FROM cameras_facts FINAL
COMMENT 'One version of a camera\'s registry entry. Kept for ever: a fine needs the version it was made with. One row a version of a registry entry: the first copy is kept.';

CREATE VIEW IF NOT EXISTS cameras_current AS
SELECT * EXCEPT (_version)
FROM cameras_facts FINAL
ORDER BY camera_id, version DESC
LIMIT 1 BY camera_id
COMMENT 'The registry as it stands: the latest version of each camera.';
