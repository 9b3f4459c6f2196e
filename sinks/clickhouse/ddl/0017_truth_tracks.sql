-- truth-tracks: messages as they came, facts without repeats, and the view to read; only a test city writes them. Instants of
-- messages are integers since the Unix epoch and must lie in 2000-2100; those of facts are times. epoch_us stays an integer:
-- it names a connection.

CREATE TABLE IF NOT EXISTS truth_tracks_messages
(
    _topic_id UUID COMMENT 'Id of the Kafka topic: a topic made anew begins at offset 0 again.',
    _partition Int32 COMMENT 'Kafka partition of the message.',
    _offset Int64 COMMENT 'Kafka offset of the message.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the message.',
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    epoch_us Int64 COMMENT 'The connection this second belongs to, microseconds since the Unix epoch.',
    sequence Int64 COMMENT 'Number of the frames group within the epoch.',
    captured_at_us Int64 COMMENT 'Capture time of the group\'s first packet, microseconds since the Unix epoch.',
    seed Int64 COMMENT 'Seed of the city\'s run.',
    sample_at_us Array(Int64) COMMENT 'Capture time of each sampled frame, microseconds since the Unix epoch, ascending.',
    box_sample Array(Int32) COMMENT 'For each true box: index of its sampled frame.',
    box_actor Array(Int64) COMMENT 'For each true box: the object, the same in every camera.',
    box_class Array(Int32) COMMENT 'For each true box: COCO-80 class id.',
    box_x1_px Array(Float32) COMMENT 'For each true box: left edge within the picture, pixels.',
    box_y1_px Array(Float32) COMMENT 'For each true box: top edge, pixels.',
    box_x2_px Array(Float32) COMMENT 'For each true box: right edge, pixels.',
    box_y2_px Array(Float32) COMMENT 'For each true box: bottom edge, pixels.',
    box_visible_ratio Array(Float32) COMMENT 'For each true box: share of the whole object\'s box that is in the picture and not behind nearer objects, 0 to 1.',
    box_x_m Array(Float32) COMMENT 'For each true box: ground position x in the camera\'s ground frame, metres.',
    box_y_m Array(Float32) COMMENT 'For each true box: ground position y, metres.',
    box_speed_kmh Array(Float32) COMMENT 'For each true box: true speed, km/h.',
    box_heading_deg Array(Float32) COMMENT 'For each true box: direction of travel on the ground, degrees clockwise from the camera\'s +y.',
    box_plate Array(Int32) COMMENT 'For each true box: index into plates; -1: a vehicle without plate in view, or no vehicle.',
    plates Array(String) COMMENT 'Plates of the vehicles in view, invented.',
    _offset_end Int64 COMMENT 'The offset again, read after the message: differs where its bytes are damaged.',
    _inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    CONSTRAINT message_is_whole CHECK _offset = _offset_end,
    CONSTRAINT epoch_us_is_a_time CHECK epoch_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT captured_at_us_is_a_time CHECK captured_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT sample_at_us_is_a_time CHECK arrayAll(t -> t BETWEEN 946684800000000 AND 4102444800000000, sample_at_us)
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(_create_time)
ORDER BY (_topic_id, _partition, _offset)
TTL toDateTime(_inserted_at) + INTERVAL 10 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'The true objects in the sampled frames of one camera-second, seen or hidden; written by the test city. One row a message of topic truth-tracks, as it came.';

CREATE TABLE IF NOT EXISTS truth_tracks_facts
(
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    epoch_us Int64 COMMENT 'The connection this second belongs to, microseconds since the Unix epoch.',
    sequence Int64 COMMENT 'Number of the frames group within the epoch.',
    captured_at DateTime64(6, 'UTC') COMMENT 'Capture time of the group\'s first packet.',
    seed Int64 COMMENT 'Seed of the city\'s run.',
    sample_at Array(DateTime64(6, 'UTC')) COMMENT 'Capture time of each sampled frame, ascending.',
    box_sample Array(Int32) COMMENT 'For each true box: index of its sampled frame.',
    box_actor Array(Int64) COMMENT 'For each true box: the object, the same in every camera.',
    box_class Array(Int32) COMMENT 'For each true box: COCO-80 class id.',
    box_x1_px Array(Float32) COMMENT 'For each true box: left edge within the picture, pixels.',
    box_y1_px Array(Float32) COMMENT 'For each true box: top edge, pixels.',
    box_x2_px Array(Float32) COMMENT 'For each true box: right edge, pixels.',
    box_y2_px Array(Float32) COMMENT 'For each true box: bottom edge, pixels.',
    box_visible_ratio Array(Float32) COMMENT 'For each true box: share of the whole object\'s box that is in the picture and not behind nearer objects, 0 to 1.',
    box_x_m Array(Float32) COMMENT 'For each true box: ground position x in the camera\'s ground frame, metres.',
    box_y_m Array(Float32) COMMENT 'For each true box: ground position y, metres.',
    box_speed_kmh Array(Float32) COMMENT 'For each true box: true speed, km/h.',
    box_heading_deg Array(Float32) COMMENT 'For each true box: direction of travel on the ground, degrees clockwise from the camera\'s +y.',
    box_plate Array(Int32) COMMENT 'For each true box: index into plates; -1: a vehicle without plate in view, or no vehicle.',
    plates Array(String) COMMENT 'Plates of the vehicles in view, invented.',
    _partition Int32 COMMENT 'Kafka partition of the copy that is kept.',
    _offset Int64 COMMENT 'Kafka offset of the copy that is kept.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the copy that is kept.',
    _inserted_at DateTime64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    _version UInt64 COMMENT 'The copy with the highest one is kept: 2^64 - 1 - offset, so the first.'
)
ENGINE = ReplacingMergeTree(_version)
PARTITION BY toYYYYMM(captured_at)
ORDER BY (camera_id, epoch_us, sequence)
TTL toDateTime(_create_time) + INTERVAL 33 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'The true objects in the sampled frames of one camera-second, seen or hidden; written by the test city. One row a camera-second after merges: the first copy is kept. Read it through the view truth_tracks.';

CREATE MATERIALIZED VIEW IF NOT EXISTS truth_tracks_facts_from_messages TO truth_tracks_facts AS
SELECT
    camera_id,
    epoch_us,
    sequence,
    fromUnixTimestamp64Micro(captured_at_us, 'UTC') AS captured_at,
    seed,
    arrayMap(t -> fromUnixTimestamp64Micro(t, 'UTC'), sample_at_us) AS sample_at,
    box_sample,
    box_actor,
    box_class,
    box_x1_px,
    box_y1_px,
    box_x2_px,
    box_y2_px,
    box_visible_ratio,
    box_x_m,
    box_y_m,
    box_speed_kmh,
    box_heading_deg,
    box_plate,
    plates,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM truth_tracks_messages
COMMENT 'Feeds truth_tracks_facts from truth_tracks_messages, block by block.';

CREATE VIEW IF NOT EXISTS truth_tracks AS
SELECT * EXCEPT (_version)
FROM truth_tracks_facts FINAL
COMMENT 'The true objects in the sampled frames of one camera-second, seen or hidden; written by the test city. One row a camera-second: the first copy is kept.';
