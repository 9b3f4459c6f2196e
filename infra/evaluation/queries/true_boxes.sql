-- One camera's true boxes in its sampled frames.
SELECT
    toUnixTimestamp64Micro(sample_at[s + 1]) AS at_us, actor, x1, y1, x2, y2, visible, kmh
FROM truth_tracks
ARRAY JOIN
    box_sample AS s, box_actor AS actor, box_x1_px AS x1, box_y1_px AS y1, box_x2_px AS x2, box_y2_px AS y2,
    box_visible_ratio AS visible, box_speed_kmh AS kmh
WHERE camera_id = {camera:String}
ORDER BY at_us, actor
