-- Violations. An alert's event time is the end of the camera-second whose tracks message led to the proposal.
SELECT
    v.violation_id AS violation_id,
    v.kind AS kind,
    v.camera_id AS camera_id,
    toUnixTimestamp64Micro(v.started_at) AS from_us,
    toUnixTimestamp64Micro(v.occurred_at) AS to_us,
    greatest(to_us, t.ends_us) AS alert_us,
    arrayFlatten(arrayMap(e -> e.boxes_xyxy_px, v.evidence)) AS boxes,
    [reinterpretAsInt64(cityHash64(v.track_id))] AS tracks,
    v.measured AS measured,
    v.measured_error AS measured_error,
    arrayExists(e -> e.outcome = 'dropped', v.exculpations) AS dropped
FROM violations AS v
LEFT ANY JOIN
(
    SELECT _partition AS at_partition, _offset AS at_offset, captured_at_us + duration_us AS ends_us FROM tracks_messages
) AS t ON v.tracks_partition = t.at_partition AND v.tracks_offset = t.at_offset
ORDER BY alert_us, violation_id
