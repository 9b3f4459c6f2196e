-- truth: messages as they came, facts without repeats, and the view to read; only a test city writes them. Instants of
-- messages are integers since the Unix epoch and must lie in 2000-2100; those of facts are times. epoch_us stays an integer:
-- it names a connection.

CREATE TABLE IF NOT EXISTS truth_messages
(
    _topic_id UUID COMMENT 'Id of the Kafka topic: a topic made anew begins at offset 0 again.',
    _partition Int32 COMMENT 'Kafka partition of the message.',
    _offset Int64 COMMENT 'Kafka offset of the message.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the message.',
    truth_id String COMMENT 'Identifier, derived from seed, scenario and number.',
    seed Int64 COMMENT 'Seed of the city\'s run.',
    family LowCardinality(String) COMMENT 'What it is to the product.',
    kind LowCardinality(String) COMMENT 'The product\'s name of the kind: crowd, speeding, ...; of a hard negative: what it looks like most.',
    is_hard_negative Bool COMMENT 'True: nothing of the kinds in negative_of may be found because of it.',
    negative_of Array(String) COMMENT 'Kinds that a hard negative must not be taken for; empty for a true event.',
    scenario LowCardinality(String) COMMENT 'How it came about, e.g. parked_in_lane, queue_at_signal, bus_at_stop, traffic.',
    site_id LowCardinality(String) COMMENT 'The site (junction, yard, square) it happened at.',
    district LowCardinality(String) COMMENT 'District of the site.',
    started_at_us Int64 COMMENT 'When the condition began, microseconds since the Unix epoch.',
    due_at_us Int64 COMMENT 'From when on the definition of the kind holds, e.g. after 60 s of standing; the start where it has no time, microseconds since the Unix epoch.',
    ended_at_us Int64 COMMENT 'When it ended, or the run did, microseconds since the Unix epoch.',
    x_m Float64 COMMENT 'Where it began: metres east of the city\'s origin.',
    y_m Float64 COMMENT 'Where it began: metres north of the city\'s origin.',
    actor_ids Array(Int64) COMMENT 'The true objects in it, as in truth-tracks; empty where it has none.',
    vehicle_class Nullable(Int32) COMMENT 'COCO-80 class id of the vehicle; null where there is none.',
    plate Nullable(String) COMMENT 'Plate of the vehicle, invented; null where there is none.',
    measured Nullable(Float64) COMMENT 'True value of what the kind measures; null where it measures nothing.',
    `limit` Nullable(Float64) COMMENT 'Limit that it is held against, same unit.',
    unit LowCardinality(Nullable(String)) COMMENT 'Unit of the two, e.g. km/h, people, s.',
    article LowCardinality(Nullable(String)) COMMENT 'Article and part, e.g. KoAP 592.2; null where it has none.',
    camera_ids Array(String) COMMENT 'Cameras that can see it, the best first.',
    view_zone_id Array(String) COMMENT 'For each camera: zone of its registry entry that it lies in; empty text: none.',
    view_x1_px Array(Float32) COMMENT 'For each camera: left edge of the region in its picture, pixels.',
    view_y1_px Array(Float32) COMMENT 'For each camera: top edge, pixels.',
    view_x2_px Array(Float32) COMMENT 'For each camera: right edge, pixels.',
    view_y2_px Array(Float32) COMMENT 'For each camera: bottom edge, pixels.',
    view_from_us Array(Int64) COMMENT 'For each camera: when it is first in view, microseconds since the Unix epoch.',
    view_to_us Array(Int64) COMMENT 'For each camera: when it is last in view, microseconds since the Unix epoch.',
    notes String COMMENT 'In words, for people.',
    _offset_end Int64 COMMENT 'The offset again, read after the message: differs where its bytes are damaged.',
    _inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    CONSTRAINT message_is_whole CHECK _offset = _offset_end,
    CONSTRAINT started_at_us_is_a_time CHECK started_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT due_at_us_is_a_time CHECK due_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT ended_at_us_is_a_time CHECK ended_at_us BETWEEN 946684800000000 AND 4102444800000000,
    CONSTRAINT view_from_us_is_a_time CHECK arrayAll(t -> t BETWEEN 946684800000000 AND 4102444800000000, view_from_us),
    CONSTRAINT view_to_us_is_a_time CHECK arrayAll(t -> t BETWEEN 946684800000000 AND 4102444800000000, view_to_us),
    CONSTRAINT family_is_known CHECK family IN ('VIOLATION', 'INCIDENT')
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(_create_time)
ORDER BY (_topic_id, _partition, _offset)
TTL toDateTime(_inserted_at) + INTERVAL 374 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
COMMENT 'One true event, or one scene that must not be taken for one: what the test city staged or did. One row a message of topic truth, as it came.';

CREATE TABLE IF NOT EXISTS truth_facts
(
    truth_id String COMMENT 'Identifier, derived from seed, scenario and number.',
    seed Int64 COMMENT 'Seed of the city\'s run.',
    family LowCardinality(String) COMMENT 'What it is to the product.',
    kind LowCardinality(String) COMMENT 'The product\'s name of the kind: crowd, speeding, ...; of a hard negative: what it looks like most.',
    is_hard_negative Bool COMMENT 'True: nothing of the kinds in negative_of may be found because of it.',
    negative_of Array(String) COMMENT 'Kinds that a hard negative must not be taken for; empty for a true event.',
    scenario LowCardinality(String) COMMENT 'How it came about, e.g. parked_in_lane, queue_at_signal, bus_at_stop, traffic.',
    site_id LowCardinality(String) COMMENT 'The site (junction, yard, square) it happened at.',
    district LowCardinality(String) COMMENT 'District of the site.',
    started_at DateTime64(6, 'UTC') COMMENT 'When the condition began.',
    due_at DateTime64(6, 'UTC') COMMENT 'From when on the definition of the kind holds, e.g. after 60 s of standing; the start where it has no time.',
    ended_at DateTime64(6, 'UTC') COMMENT 'When it ended, or the run did.',
    x_m Float64 COMMENT 'Where it began: metres east of the city\'s origin.',
    y_m Float64 COMMENT 'Where it began: metres north of the city\'s origin.',
    actor_ids Array(Int64) COMMENT 'The true objects in it, as in truth-tracks; empty where it has none.',
    vehicle_class Nullable(Int32) COMMENT 'COCO-80 class id of the vehicle; null where there is none.',
    plate Nullable(String) COMMENT 'Plate of the vehicle, invented; null where there is none.',
    measured Nullable(Float64) COMMENT 'True value of what the kind measures; null where it measures nothing.',
    `limit` Nullable(Float64) COMMENT 'Limit that it is held against, same unit.',
    unit LowCardinality(Nullable(String)) COMMENT 'Unit of the two, e.g. km/h, people, s.',
    article LowCardinality(Nullable(String)) COMMENT 'Article and part, e.g. KoAP 592.2; null where it has none.',
    camera_ids Array(String) COMMENT 'Cameras that can see it, the best first.',
    view_zone_id Array(String) COMMENT 'For each camera: zone of its registry entry that it lies in; empty text: none.',
    view_x1_px Array(Float32) COMMENT 'For each camera: left edge of the region in its picture, pixels.',
    view_y1_px Array(Float32) COMMENT 'For each camera: top edge, pixels.',
    view_x2_px Array(Float32) COMMENT 'For each camera: right edge, pixels.',
    view_y2_px Array(Float32) COMMENT 'For each camera: bottom edge, pixels.',
    view_from Array(DateTime64(6, 'UTC')) COMMENT 'For each camera: when it is first in view.',
    view_to Array(DateTime64(6, 'UTC')) COMMENT 'For each camera: when it is last in view.',
    notes String COMMENT 'In words, for people.',
    _partition Int32 COMMENT 'Kafka partition of the copy that is kept.',
    _offset Int64 COMMENT 'Kafka offset of the copy that is kept.',
    _create_time DateTime64(3, 'UTC') COMMENT 'Kafka CreateTime of the copy that is kept.',
    _inserted_at DateTime64(3, 'UTC') COMMENT 'When the row reached ClickHouse.',
    _version UInt64 COMMENT 'The copy with the highest one is kept: 2^64 - 1 - offset, so the first.'
)
ENGINE = ReplacingMergeTree(_version)
PARTITION BY toYYYYMM(started_at)
ORDER BY (seed, truth_id)
TTL toDateTime(_create_time) + INTERVAL 374 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One true event, or one scene that must not be taken for one: what the test city staged or did. One row an event after merges: the first copy is kept. Read it through the view truth.';

CREATE MATERIALIZED VIEW IF NOT EXISTS truth_facts_from_messages TO truth_facts AS
SELECT
    truth_id,
    seed,
    family,
    kind,
    is_hard_negative,
    negative_of,
    scenario,
    site_id,
    district,
    fromUnixTimestamp64Micro(started_at_us, 'UTC') AS started_at,
    fromUnixTimestamp64Micro(due_at_us, 'UTC') AS due_at,
    fromUnixTimestamp64Micro(ended_at_us, 'UTC') AS ended_at,
    x_m,
    y_m,
    actor_ids,
    vehicle_class,
    plate,
    measured,
    `limit`,
    unit,
    article,
    camera_ids,
    view_zone_id,
    view_x1_px,
    view_y1_px,
    view_x2_px,
    view_y2_px,
    arrayMap(t -> fromUnixTimestamp64Micro(t, 'UTC'), view_from_us) AS view_from,
    arrayMap(t -> fromUnixTimestamp64Micro(t, 'UTC'), view_to_us) AS view_to,
    notes,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version
FROM truth_messages
COMMENT 'Feeds truth_facts from truth_messages, block by block.';

CREATE VIEW IF NOT EXISTS truth AS
SELECT * EXCEPT (_version)
FROM truth_facts FINAL
COMMENT 'One true event, or one scene that must not be taken for one: what the test city staged or did. One row an event: the first copy is kept.';
