-- True events and hard negatives; instants in microseconds since the Unix epoch.
SELECT
    truth_id,
    lower(family) AS family,
    kind,
    is_hard_negative ? negative_of : [] AS negative_of,
    scenario,
    toUnixTimestamp64Micro(started_at) AS started_us,
    toUnixTimestamp64Micro(due_at) AS due_us,
    toUnixTimestamp64Micro(ended_at) AS ended_us,
    actor_ids,
    measured,
    camera_ids,
    arrayMap(t -> toUnixTimestamp64Micro(t), view_from) AS from_us,
    arrayMap(t -> toUnixTimestamp64Micro(t), view_to) AS to_us,
    arrayZip(view_x1_px, view_y1_px, view_x2_px, view_y2_px) AS regions
FROM truth
ORDER BY started_us, truth_id
