-- Incidents in their latest revision; tracks by a hash of their name, as in track_boxes.sql.
SELECT
    incident_id,
    kind,
    camera_id,
    toUnixTimestamp64Micro(started_at) AS from_us,
    toUnixTimestamp64Micro(coalesce(closed_at, updated_at)) AS to_us,
    toUnixTimestamp64Micro(opened_at) AS alert_us,
    arrayFlatten(arrayMap(e -> e.boxes_xyxy_px, evidence)) AS boxes,
    arrayMap(t -> reinterpretAsInt64(cityHash64(t)), track_ids) AS tracks
FROM incidents
ORDER BY alert_us, incident_id
