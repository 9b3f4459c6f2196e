-- plate-reads: messages as they came, facts without repeats, and the view to read. Instants of messages are integers since
-- the Unix epoch and must lie in 2000-2100; those of facts are times. epoch_us stays an integer: it names a connection.

CREATE TABLE IF NOT EXISTS plate_reads_messages
(
    _topic_id UUID COMMENT 'Id of the Kafka topic: a topic made anew begins at offset 0 again.',
    _partition Int32 COMMENT 'Kafka partition of the message.',
    _offset Int64 COMMENT 'Kafka offset of the message.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the message.',
    vehicle_key String COMMENT 'HMAC-SHA-256 of the plate under the period\'s key, hex.',
    key_period LowCardinality(String) COMMENT 'Retention period whose key was used.',
    plate_encrypted String COMMENT 'Plate under AES-GCM: 12-byte nonce, ciphertext, tag.',
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    epoch_us Int64 COMMENT 'The connection, microseconds since the Unix epoch.',
    track_id String COMMENT 'The track.',
    seen_at_us Int64 COMMENT 'Time of the best reading, microseconds since the Unix epoch.',
    x_m Nullable(Float64) COMMENT 'Ground position x, metres.',
    y_m Nullable(Float64) COMMENT 'Ground position y, metres.',
    probability_ratio Float32 COMMENT 'Probability of the voted text, 0 to 1.',
    candidates_encrypted String COMMENT 'Ranked candidates under AES-GCM.',
    tracks_partition Int32 COMMENT 'Partition of the tracks message.',
    tracks_offset Int64 COMMENT 'Offset of the tracks message.',
    _offset_end Int64 COMMENT 'The offset again, read after the message: differs where its bytes are damaged.',
    _inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    CONSTRAINT message_is_whole CHECK _offset = _offset_end,
    CONSTRAINT epoch_us_is_a_time CHECK epoch_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT seen_at_us_is_a_time CHECK seen_at_us BETWEEN 946684800000000 AND 4102444800000000
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(_create_time)
ORDER BY (_topic_id, _partition, _offset)
TTL toDateTime(_inserted_at) + INTERVAL 10 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'A track\'s voted plate, for rules that join cameras. The plate travels encrypted. One row a message of topic plate-reads, as it came.';

CREATE TABLE IF NOT EXISTS plate_reads_facts
(
    vehicle_key String COMMENT 'HMAC-SHA-256 of the plate under the period\'s key, hex.',
    key_period LowCardinality(String) COMMENT 'Retention period whose key was used.',
    plate_encrypted String COMMENT 'Plate under AES-GCM: 12-byte nonce, ciphertext, tag.',
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    epoch_us Int64 COMMENT 'The connection, microseconds since the Unix epoch.',
    track_id String COMMENT 'The track.',
    seen_at DateTime64(6, 'UTC') COMMENT 'Time of the best reading.',
    x_m Nullable(Float64) COMMENT 'Ground position x, metres.',
    y_m Nullable(Float64) COMMENT 'Ground position y, metres.',
    probability_ratio Float32 COMMENT 'Probability of the voted text, 0 to 1.',
    candidates_encrypted String COMMENT 'Ranked candidates under AES-GCM.',
    tracks_partition Int32 COMMENT 'Partition of the tracks message.',
    tracks_offset Int64 COMMENT 'Offset of the tracks message.',
    _partition Int32 COMMENT 'Kafka partition of the copy that is kept.',
    _offset Int64 COMMENT 'Kafka offset of the copy that is kept.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the copy that is kept.',
    _inserted_at DateTime64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    _version UInt64 COMMENT 'The copy with the highest one is kept: 2^64 - 1 - offset, so the first.'
)
ENGINE = ReplacingMergeTree(_version)
PARTITION BY toYYYYMM(seen_at)
ORDER BY (vehicle_key, camera_id, epoch_us, track_id)
TTL toDateTime(_create_time) + INTERVAL 33 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'A track\'s voted plate, for rules that join cameras. The plate travels encrypted. One row a plate read of a track after merges: the first copy is kept. Read it through the view plate_reads.';

CREATE MATERIALIZED VIEW IF NOT EXISTS plate_reads_facts_from_messages TO plate_reads_facts AS
SELECT
    vehicle_key,
    key_period,
    plate_encrypted,
    camera_id,
    epoch_us,
    track_id,
    fromUnixTimestamp64Micro(seen_at_us, 'UTC') AS seen_at,
    x_m,
    y_m,
    probability_ratio,
    candidates_encrypted,
    tracks_partition,
    tracks_offset,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM plate_reads_messages
COMMENT 'Feeds plate_reads_facts from plate_reads_messages, block by block.';

CREATE VIEW IF NOT EXISTS plate_reads AS
SELECT * EXCEPT (_version)
FROM plate_reads_facts FINAL
COMMENT 'A track\'s voted plate, for rules that join cameras. The plate travels encrypted. One row a plate read of a track: the first copy is kept.';
