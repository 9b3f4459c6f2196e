-- camera-health: messages as they came, facts without repeats, and the view to read. Instants of messages are integers since
-- the Unix epoch and must lie in 2000-2100; those of facts are times. epoch_us stays an integer: it names a connection.

CREATE TABLE IF NOT EXISTS camera_health_messages
(
    _topic_id UUID COMMENT 'Id of the Kafka topic: a topic made anew begins at offset 0 again.',
    _partition Int32 COMMENT 'Kafka partition of the message.',
    _offset Int64 COMMENT 'Kafka offset of the message.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the message.',
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    at_us Int64 COMMENT 'When this was measured, microseconds since the Unix epoch.',
    window_us Int64 COMMENT 'Length of the window measured, microseconds.',
    status LowCardinality(String) COMMENT 'State of the connection.',
    epoch_us Nullable(Int64) COMMENT 'The open connection; null when there is none.',
    sequence Nullable(Int64) COMMENT 'Last group sent.',
    codec LowCardinality(Nullable(String)) COMMENT 'Codec.',
    width_px Nullable(Int32) COMMENT 'Width, pixels.',
    height_px Nullable(Int32) COMMENT 'Height, pixels.',
    clock_source LowCardinality(Nullable(String)) COMMENT 'Where capture times come from.',
    fps Float32 COMMENT 'Packets a second in the window.',
    bitrate_bps Int64 COMMENT 'Bits a second in the window.',
    keyframes Int32 COMMENT 'Keyframes in the window.',
    gaps Int32 COMMENT 'Times without picture in the window.',
    gap_us Int64 COMMENT 'Time without picture in the window, microseconds.',
    reconnects Int32 COMMENT 'Reconnects since the process began.',
    messages_sent Int64 COMMENT 'Groups delivered since the process began.',
    delivery_failures Int64 COMMENT 'Failed deliveries since the process began.',
    error Nullable(String) COMMENT 'Last error, without credentials.',
    _offset_end Int64 COMMENT 'The offset again, read after the message: differs where its bytes are damaged.',
    _inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    CONSTRAINT message_is_whole CHECK _offset = _offset_end,
    CONSTRAINT at_us_is_a_time CHECK at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT epoch_us_is_a_time CHECK epoch_us IS NULL OR epoch_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT status_is_known CHECK status IN ('CONNECTING', 'STREAMING', 'STALLED', 'DOWN', 'REJECTED', 'ENDED'),
    CONSTRAINT codec_is_known CHECK codec IS NULL OR codec IN ('H264', 'HEVC', 'MJPEG'),
    CONSTRAINT clock_source_is_known CHECK clock_source IS NULL OR clock_source IN ('RTCP', 'ARRIVAL', 'FILE')
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(_create_time)
ORDER BY (_topic_id, _partition, _offset)
TTL toDateTime(_inserted_at) + INTERVAL 10 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'A camera\'s connection over the last ten seconds, or a change of its status. One row a message of topic camera-health, as it came.';

CREATE TABLE IF NOT EXISTS camera_health_facts
(
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    `at` DateTime64(6, 'UTC') COMMENT 'When this was measured.',
    window_us Int64 COMMENT 'Length of the window measured, microseconds.',
    status LowCardinality(String) COMMENT 'State of the connection.',
    epoch_us Nullable(Int64) COMMENT 'The open connection; null when there is none.',
    sequence Nullable(Int64) COMMENT 'Last group sent.',
    codec LowCardinality(Nullable(String)) COMMENT 'Codec.',
    width_px Nullable(Int32) COMMENT 'Width, pixels.',
    height_px Nullable(Int32) COMMENT 'Height, pixels.',
    clock_source LowCardinality(Nullable(String)) COMMENT 'Where capture times come from.',
    fps Float32 COMMENT 'Packets a second in the window.',
    bitrate_bps Int64 COMMENT 'Bits a second in the window.',
    keyframes Int32 COMMENT 'Keyframes in the window.',
    gaps Int32 COMMENT 'Times without picture in the window.',
    gap_us Int64 COMMENT 'Time without picture in the window, microseconds.',
    reconnects Int32 COMMENT 'Reconnects since the process began.',
    messages_sent Int64 COMMENT 'Groups delivered since the process began.',
    delivery_failures Int64 COMMENT 'Failed deliveries since the process began.',
    error Nullable(String) COMMENT 'Last error, without credentials.',
    _partition Int32 COMMENT 'Kafka partition of the copy that is kept.',
    _offset Int64 COMMENT 'Kafka offset of the copy that is kept.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the copy that is kept.',
    _inserted_at DateTime64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    _version UInt64 COMMENT 'The copy with the highest one is kept: 2^64 - 1 - offset, so the first.'
)
ENGINE = ReplacingMergeTree(_version)
PARTITION BY toYYYYMM(`at`)
ORDER BY (camera_id, `at`)
TTL toDateTime(_create_time) + INTERVAL 33 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'A camera\'s connection over the last ten seconds, or a change of its status. One row a report of a connection after merges: the first copy is kept. Read it through the view camera_health.';

CREATE MATERIALIZED VIEW IF NOT EXISTS camera_health_facts_from_messages TO camera_health_facts AS
SELECT
    camera_id,
    fromUnixTimestamp64Micro(at_us, 'UTC') AS `at`,
    window_us,
    status,
    epoch_us,
    sequence,
    codec,
    width_px,
    height_px,
    clock_source,
    fps,
    bitrate_bps,
    keyframes,
    gaps,
    gap_us,
    reconnects,
    messages_sent,
    delivery_failures,
    error,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM camera_health_messages
COMMENT 'Feeds camera_health_facts from camera_health_messages, block by block.';

CREATE VIEW IF NOT EXISTS camera_health AS
SELECT * EXCEPT (_version)
FROM camera_health_facts FINAL
COMMENT 'A camera\'s connection over the last ten seconds, or a change of its status. One row a report of a connection: the first copy is kept.';
