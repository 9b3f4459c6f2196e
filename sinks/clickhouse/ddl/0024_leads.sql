-- leads: messages as they came, facts without repeats, and the view to read; and who looked at which lead and what came of it. Instants
-- of messages are integers since the Unix epoch and must lie in 2000-2100; those of facts are times. Leads go after a quarter: what
-- came of one is the officer's own file then.

CREATE TABLE IF NOT EXISTS leads_messages
(
    _topic_id UUID COMMENT 'Id of the Kafka topic: a topic made anew begins at offset 0 again.',
    _partition Int32 COMMENT 'Kafka partition of the message.',
    _offset Int64 COMMENT 'Kafka offset of the message.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the message.',
    lead_id String COMMENT 'Identifier, derived from kind, vehicle and local day: one of each.',
    kind LowCardinality(String) COMMENT 'What is said against the vehicle.',
    vehicle_key String COMMENT 'HMAC-SHA-256 of the plate under the period\'s key, hex.',
    key_period LowCardinality(String) COMMENT 'Retention period whose key was used.',
    plate_encrypted String COMMENT 'Plate under AES-GCM: 12-byte nonce, ciphertext, tag.',
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    site_id LowCardinality(String) COMMENT 'Site of the camera.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    epoch_us Int64 COMMENT 'The connection, microseconds since the Unix epoch.',
    track_id String COMMENT 'The vehicle\'s track.',
    vehicle_class Int32 COMMENT 'COCO-80 class id.',
    seen_at_us Int64 COMMENT 'When the vehicle was seen, microseconds since the Unix epoch.',
    article LowCardinality(Nullable(String)) COMMENT 'Article that may apply; null where none is the camera\'s.',
    amount_kzt Nullable(Int64) COMMENT 'What the law has for a first offence of this owner class, tenge; null without an article.',
    owner_class LowCardinality(Nullable(String)) COMMENT 'Registered class of the owner; null where the vehicle is in no table.',
    known_at_us Nullable(Int64) COMMENT 'When the table was drawn that was looked at, microseconds since the Unix epoch; null: none was.',
    make LowCardinality(String) COMMENT 'Registered make; empty where the vehicle is in no table.',
    colour LowCardinality(String) COMMENT 'Registered colour; likewise.',
    measures Map(LowCardinality(String), Float64) COMMENT 'Further measurements, named with units.',
    summary String COMMENT 'One sentence for people; without the plate.',
    evidence Array(Tuple(role String, camera_id String, epoch_us Int64, sequence Int64, frames_partition Int32, frames_offset Int64, at_us Int64, track_ids Array(String), boxes_xyxy_px Array(Float32))) COMMENT 'Where the pictures are.',
    registry_version Int32 COMMENT 'Version of the camera\'s registry entry used.',
    model_version LowCardinality(String) COMMENT 'Version and content hash of the detection model.',
    rule_version LowCardinality(String) COMMENT 'Version of the rule.',
    frames_created_at_ms Int64 COMMENT 'Kafka CreateTime of the frames message that led to this, milliseconds since the Unix epoch.',
    sightings_partition Int32 COMMENT 'Partition of the sighting that led to this.',
    sightings_offset Int64 COMMENT 'Offset of the sighting that led to this.',
    _offset_end Int64 COMMENT 'The offset again, read after the message: differs where its bytes are damaged.',
    _inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    CONSTRAINT message_is_whole CHECK _offset = _offset_end,
    CONSTRAINT epoch_us_is_a_time CHECK epoch_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT seen_at_us_is_a_time CHECK seen_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT known_at_us_is_a_time CHECK known_at_us IS NULL OR known_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT frames_created_at_ms_is_a_time CHECK frames_created_at_ms BETWEEN 946684800000 AND 4102444800000,
    CONSTRAINT owner_is_known CHECK owner IN ('PUBLIC', 'PRIVATE'),
    CONSTRAINT kind_is_known CHECK kind IN ('NO_INSPECTION', 'NO_INSURANCE', 'WANTED', 'FALSE_PLATE')
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(_create_time)
ORDER BY (_topic_id, _partition, _offset)
TTL toDateTime(_inserted_at) + INTERVAL 101 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'What a city\'s tables, or two cameras, say against a vehicle. Never a fine: an officer looks into it. One row a message of topic leads, as it came.';

CREATE TABLE IF NOT EXISTS leads_facts
(
    lead_id String COMMENT 'Identifier, derived from kind, vehicle and local day: one of each.',
    kind LowCardinality(String) COMMENT 'What is said against the vehicle.',
    vehicle_key String COMMENT 'HMAC-SHA-256 of the plate under the period\'s key, hex.',
    key_period LowCardinality(String) COMMENT 'Retention period whose key was used.',
    plate_encrypted String COMMENT 'Plate under AES-GCM: 12-byte nonce, ciphertext, tag.',
    camera_id LowCardinality(String) COMMENT 'Identifier of the camera.',
    site_id LowCardinality(String) COMMENT 'Site of the camera.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    epoch_us Int64 COMMENT 'The connection, microseconds since the Unix epoch.',
    track_id String COMMENT 'The vehicle\'s track.',
    vehicle_class Int32 COMMENT 'COCO-80 class id.',
    seen_at DateTime64(6, 'UTC') COMMENT 'When the vehicle was seen.',
    article LowCardinality(Nullable(String)) COMMENT 'Article that may apply; null where none is the camera\'s.',
    amount_kzt Nullable(Int64) COMMENT 'What the law has for a first offence of this owner class, tenge; null without an article.',
    owner_class LowCardinality(Nullable(String)) COMMENT 'Registered class of the owner; null where the vehicle is in no table.',
    known_at Nullable(DateTime64(6, 'UTC')) COMMENT 'When the table was drawn that was looked at; null: none was.',
    make LowCardinality(String) COMMENT 'Registered make; empty where the vehicle is in no table.',
    colour LowCardinality(String) COMMENT 'Registered colour; likewise.',
    measures Map(LowCardinality(String), Float64) COMMENT 'Further measurements, named with units.',
    summary String COMMENT 'One sentence for people; without the plate.',
    evidence Array(Tuple(role String, camera_id String, epoch_us Int64, sequence Int64, frames_partition Int32, frames_offset Int64, at_us Int64, track_ids Array(String), boxes_xyxy_px Array(Float32))) COMMENT 'Where the pictures are.',
    registry_version Int32 COMMENT 'Version of the camera\'s registry entry used.',
    model_version LowCardinality(String) COMMENT 'Version and content hash of the detection model.',
    rule_version LowCardinality(String) COMMENT 'Version of the rule.',
    frames_created_at DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the frames message that led to this.',
    sightings_partition Int32 COMMENT 'Partition of the sighting that led to this.',
    sightings_offset Int64 COMMENT 'Offset of the sighting that led to this.',
    _partition Int32 COMMENT 'Kafka partition of the copy that is kept.',
    _offset Int64 COMMENT 'Kafka offset of the copy that is kept.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the copy that is kept.',
    _inserted_at DateTime64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    _version UInt64 COMMENT 'The copy with the highest one is kept: 2^64 - 1 - offset, so the first.'
)
ENGINE = ReplacingMergeTree(_version)
PARTITION BY toYYYYMM(seen_at)
ORDER BY (lead_id)
TTL toDateTime(_create_time) + INTERVAL 101 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'What a city\'s tables, or two cameras, say against a vehicle. Never a fine: an officer looks into it. One row a lead after merges: the first copy is kept. Read it through the view leads.';

CREATE MATERIALIZED VIEW IF NOT EXISTS leads_facts_from_messages TO leads_facts AS
SELECT
    lead_id,
    kind,
    vehicle_key,
    key_period,
    plate_encrypted,
    camera_id,
    site_id,
    district,
    owner,
    epoch_us,
    track_id,
    vehicle_class,
    fromUnixTimestamp64Micro(seen_at_us, 'UTC') AS seen_at,
    article,
    amount_kzt,
    owner_class,
    if(isNull(known_at_us), NULL, fromUnixTimestamp64Micro(assumeNotNull(known_at_us), 'UTC')) AS known_at,
    make,
    colour,
    measures,
    summary,
    evidence,
    registry_version,
    model_version,
    rule_version,
    fromUnixTimestamp64Milli(frames_created_at_ms, 'UTC') AS frames_created_at,
    sightings_partition,
    sightings_offset,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM leads_messages
COMMENT 'Feeds leads_facts from leads_messages, block by block.';

CREATE VIEW IF NOT EXISTS leads AS
SELECT * EXCEPT (_version)
FROM leads_facts FINAL
COMMENT 'What a city\'s tables, or two cameras, say against a vehicle. Never a fine: an officer looks into it. One row a lead: the first copy is kept.';

-- No topic feeds it: `vigil leads` writes it before it shows anything, and shows nothing where it cannot.
CREATE TABLE IF NOT EXISTS lead_looks
(
    `at` DateTime64(6, 'UTC') COMMENT 'When the officer opened the lead, or decided it.',
    look_id UUID COMMENT 'This act.',
    lead_id String COMMENT 'The lead.',
    officer_id LowCardinality(String) COMMENT 'Pseudonymous identifier of the officer.',
    `role` LowCardinality(String) COMMENT 'Role in which the officer acted: reviewer or senior.',
    act LowCardinality(String) COMMENT 'What the officer did.',
    why String COMMENT 'Why, in the officer\'s words; queue: it was the next one.',
    CONSTRAINT act_is_known CHECK act IN ('LOOKED', 'CONFIRMED', 'DISMISSED')
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(`at`)
ORDER BY (lead_id, `at`, look_id)
TTL toDateTime(`at`) + INTERVAL 1104 DAY
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'The audit of leads: one row each time that an officer opened a lead or decided it. The first decision of a lead stands.';
