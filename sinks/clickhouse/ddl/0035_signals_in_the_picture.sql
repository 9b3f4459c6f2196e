-- Signals that a camera saw itself: who told a phase, how exactly its begin is known, and what a violation rests on.

ALTER TABLE detections_messages MODIFY COLUMN signals Array(Tuple(group_id String, signal LowCardinality(String), since_us Int64, source LowCardinality(String), since_within_us Int64, seen LowCardinality(String), failed Bool)) COMMENT 'Signal groups in force at the start of the second.';

ALTER TABLE detections_messages COMMENT COLUMN signals_known 'False: nobody told the signals in time, neither the junction\'s controller nor a signal head in the picture.';

ALTER TABLE detections_facts MODIFY COLUMN signals Array(Tuple(group_id String, signal LowCardinality(String), since_us Int64, source LowCardinality(String), since_within_us Int64, seen LowCardinality(String), failed Bool)) COMMENT 'Signal groups in force at the start of the second.';

ALTER TABLE detections_facts COMMENT COLUMN signals_known 'False: nobody told the signals in time, neither the junction\'s controller nor a signal head in the picture.';

CREATE OR REPLACE VIEW detections AS
SELECT * EXCEPT (_version)
FROM detections_facts FINAL
COMMENT 'Objects detected in the sampled frames of one frames group; exactly one a frames message. One row a camera-second: the first copy is kept.';

ALTER TABLE tracks_messages MODIFY COLUMN signals Array(Tuple(group_id String, signal LowCardinality(String), since_us Int64, source LowCardinality(String), since_within_us Int64, seen LowCardinality(String), failed Bool)) COMMENT 'Signal groups in force at the start of the second.';

ALTER TABLE tracks_messages COMMENT COLUMN signals_known 'False: nobody told the signals in time, neither the junction\'s controller nor a signal head in the picture.';

ALTER TABLE tracks_facts MODIFY COLUMN signals Array(Tuple(group_id String, signal LowCardinality(String), since_us Int64, source LowCardinality(String), since_within_us Int64, seen LowCardinality(String), failed Bool)) COMMENT 'Signal groups in force at the start of the second.';

ALTER TABLE tracks_facts COMMENT COLUMN signals_known 'False: nobody told the signals in time, neither the junction\'s controller nor a signal head in the picture.';

CREATE OR REPLACE VIEW tracks AS
SELECT * EXCEPT (_version)
FROM tracks_facts FINAL
COMMENT 'Positions and speeds of the objects seen in one second; exactly one a detections message. One row a camera-second: the first copy is kept.';

ALTER TABLE violations_messages
    ADD COLUMN IF NOT EXISTS signal_source LowCardinality(Nullable(String)) COMMENT 'Who told the signal\'s phase that it rests on: CONTROLLER or PICTURE; null: it rests on none.';

ALTER TABLE violations_facts
    ADD COLUMN IF NOT EXISTS signal_source LowCardinality(Nullable(String)) COMMENT 'Who told the signal\'s phase that it rests on: CONTROLLER or PICTURE; null: it rests on none.';

ALTER TABLE violations_facts_from_messages MODIFY QUERY
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
    18446744073709551615 - toUInt64(_offset) AS _version,
    signal_source
FROM violations_messages;

CREATE OR REPLACE VIEW violations AS
SELECT * EXCEPT (_version)
FROM violations_facts FINAL
COMMENT 'A proposed traffic violation. Nothing is fined unless an officer confirms it. One row a violation: the first copy is kept.';
