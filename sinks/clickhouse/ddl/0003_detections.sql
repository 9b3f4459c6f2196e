-- detections: messages as they came, facts without repeats, and the view to read. Instants of messages are integers since
-- the Unix epoch and must lie in 2000-2100; those of facts are times. epoch_us stays an integer: it names a connection.

CREATE TABLE IF NOT EXISTS detections_messages
(
    _topic_id UUID COMMENT 'Id of the Kafka topic: a topic made anew begins at offset 0 again.',
    _partition Int32 COMMENT 'Kafka partition of the message.',
    _offset Int64 COMMENT 'Kafka offset of the message.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the message.',
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    epoch_us Int64 COMMENT 'The connection this second belongs to, microseconds since the Unix epoch.',
    sequence Int64 COMMENT 'Number of the frames group within the epoch.',
    captured_at_us Int64 COMMENT 'Capture time of the group\'s first packet, microseconds since the Unix epoch.',
    duration_us Int64 COMMENT 'Length of the group, microseconds.',
    clock_source LowCardinality(String) COMMENT 'Where the capture time came from.',
    frames_partition Int32 COMMENT 'Partition of the frames message.',
    frames_offset Int64 COMMENT 'Offset of the frames message.',
    frames_created_at_ms Int64 COMMENT 'Kafka CreateTime of the frames message, milliseconds since the Unix epoch: latency is measured from it.',
    registry_version Int32 COMMENT 'Version of the camera\'s registry entry used; 0: the camera is not registered.',
    model_name LowCardinality(String) COMMENT 'Name of the detection model.',
    model_version LowCardinality(String) COMMENT 'Version and content hash of the detection model.',
    width_px Int32 COMMENT 'Picture width, pixels.',
    height_px Int32 COMMENT 'Picture height, pixels.',
    decode_status LowCardinality(String) COMMENT 'What became of the group.',
    packets Int32 COMMENT 'Packets in the group.',
    frames_decoded Int32 COMMENT 'Frames decoded of it.',
    sample_at_us Array(Int64) COMMENT 'Capture time of each sampled frame, microseconds since the Unix epoch, ascending.',
    sample_packet Array(Int32) COMMENT 'Index of each sampled frame\'s packet in the group\'s presentation order.',
    box_sample Array(Int32) COMMENT 'For each box: index of its sampled frame.',
    box_x1_px Array(Float32) COMMENT 'For each box: left edge, pixels of the picture.',
    box_y1_px Array(Float32) COMMENT 'For each box: top edge, pixels.',
    box_x2_px Array(Float32) COMMENT 'For each box: right edge, pixels.',
    box_y2_px Array(Float32) COMMENT 'For each box: bottom edge, pixels.',
    box_score Array(Float32) COMMENT 'For each box: score, 0 to 1.',
    box_class Array(Int32) COMMENT 'For each box: COCO-80 class id.',
    plates Array(Tuple(box Int32, candidates Array(Tuple(text String, probability_ratio Float32)))) COMMENT 'Plates read on boxes.',
    scene Nullable(Tuple(motion_ratio Float32, luma_mean Float32, luma_sd Float32, sharpness Float32)) COMMENT 'Scene measurements; null when no frame was sampled.',
    signals_known Bool COMMENT 'False: the junction\'s controller was not heard in time, or there is none.',
    signals Array(Tuple(group_id String, signal LowCardinality(String), since_us Int64)) COMMENT 'Signal groups in force at the start of the second.',
    _offset_end Int64 COMMENT 'The offset again, read after the message: differs where its bytes are damaged.',
    _inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    CONSTRAINT message_is_whole CHECK _offset = _offset_end,
    CONSTRAINT epoch_us_is_a_time CHECK epoch_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT captured_at_us_is_a_time CHECK captured_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT frames_created_at_ms_is_a_time CHECK frames_created_at_ms BETWEEN 946684800000 AND 4102444800000,
    CONSTRAINT sample_at_us_is_a_time CHECK arrayAll(t -> t BETWEEN 946684800000000 AND 4102444800000000, sample_at_us),
    CONSTRAINT clock_source_is_known CHECK clock_source IN ('RTCP', 'ARRIVAL', 'FILE'),
    CONSTRAINT decode_status_is_known CHECK decode_status IN ('DECODED', 'NOT_SAMPLED', 'NO_KEYFRAME', 'UNDECODABLE', 'GOP_GONE')
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(_create_time)
ORDER BY (_topic_id, _partition, _offset)
TTL toDateTime(_inserted_at) + INTERVAL 10 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'Objects detected in the sampled frames of one frames group; exactly one a frames message. One row a message of topic detections, as it came.';

CREATE TABLE IF NOT EXISTS detections_facts
(
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    epoch_us Int64 COMMENT 'The connection this second belongs to, microseconds since the Unix epoch.',
    sequence Int64 COMMENT 'Number of the frames group within the epoch.',
    captured_at DateTime64(6, 'UTC') COMMENT 'Capture time of the group\'s first packet.',
    duration_us Int64 COMMENT 'Length of the group, microseconds.',
    clock_source LowCardinality(String) COMMENT 'Where the capture time came from.',
    frames_partition Int32 COMMENT 'Partition of the frames message.',
    frames_offset Int64 COMMENT 'Offset of the frames message.',
    frames_created_at DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the frames message: latency is measured from it.',
    registry_version Int32 COMMENT 'Version of the camera\'s registry entry used; 0: the camera is not registered.',
    model_name LowCardinality(String) COMMENT 'Name of the detection model.',
    model_version LowCardinality(String) COMMENT 'Version and content hash of the detection model.',
    width_px Int32 COMMENT 'Picture width, pixels.',
    height_px Int32 COMMENT 'Picture height, pixels.',
    decode_status LowCardinality(String) COMMENT 'What became of the group.',
    packets Int32 COMMENT 'Packets in the group.',
    frames_decoded Int32 COMMENT 'Frames decoded of it.',
    sample_at Array(DateTime64(6, 'UTC')) COMMENT 'Capture time of each sampled frame, ascending.',
    sample_packet Array(Int32) COMMENT 'Index of each sampled frame\'s packet in the group\'s presentation order.',
    box_sample Array(Int32) COMMENT 'For each box: index of its sampled frame.',
    box_x1_px Array(Float32) COMMENT 'For each box: left edge, pixels of the picture.',
    box_y1_px Array(Float32) COMMENT 'For each box: top edge, pixels.',
    box_x2_px Array(Float32) COMMENT 'For each box: right edge, pixels.',
    box_y2_px Array(Float32) COMMENT 'For each box: bottom edge, pixels.',
    box_score Array(Float32) COMMENT 'For each box: score, 0 to 1.',
    box_class Array(Int32) COMMENT 'For each box: COCO-80 class id.',
    plates Array(Tuple(box Int32, candidates Array(Tuple(text String, probability_ratio Float32)))) COMMENT 'Plates read on boxes.',
    scene_motion_ratio Nullable(Float32) COMMENT 'Share of the picture that changed against the last sampled frame, 0 to 1.',
    scene_luma_mean Nullable(Float32) COMMENT 'Mean luma, 0 to 255.',
    scene_luma_sd Nullable(Float32) COMMENT 'Standard deviation of luma, 0 to 255: low when the lens is covered.',
    scene_sharpness Nullable(Float32) COMMENT 'Variance of the Laplacian of luma: low when defocused.',
    signals_known Bool COMMENT 'False: the junction\'s controller was not heard in time, or there is none.',
    signals Array(Tuple(group_id String, signal LowCardinality(String), since_us Int64)) COMMENT 'Signal groups in force at the start of the second.',
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
COMMENT 'Objects detected in the sampled frames of one frames group; exactly one a frames message. One row a camera-second after merges: the first copy is kept. Read it through the view detections.';

CREATE MATERIALIZED VIEW IF NOT EXISTS detections_facts_from_messages TO detections_facts AS
SELECT
    camera_id,
    epoch_us,
    sequence,
    fromUnixTimestamp64Micro(captured_at_us, 'UTC') AS captured_at,
    duration_us,
    clock_source,
    frames_partition,
    frames_offset,
    fromUnixTimestamp64Milli(frames_created_at_ms, 'UTC') AS frames_created_at,
    registry_version,
    model_name,
    model_version,
    width_px,
    height_px,
    decode_status,
    packets,
    frames_decoded,
    arrayMap(t -> fromUnixTimestamp64Micro(t, 'UTC'), sample_at_us) AS sample_at,
    sample_packet,
    box_sample,
    box_x1_px,
    box_y1_px,
    box_x2_px,
    box_y2_px,
    box_score,
    box_class,
    plates,
    scene.motion_ratio AS scene_motion_ratio,
    scene.luma_mean AS scene_luma_mean,
    scene.luma_sd AS scene_luma_sd,
    scene.sharpness AS scene_sharpness,
    signals_known,
    signals,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM detections_messages
COMMENT 'Feeds detections_facts from detections_messages, block by block.';

CREATE VIEW IF NOT EXISTS detections AS
SELECT * EXCEPT (_version)
FROM detections_facts FINAL
COMMENT 'Objects detected in the sampled frames of one frames group; exactly one a frames message. One row a camera-second: the first copy is kept.';
