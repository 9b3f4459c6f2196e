-- One camera's tracks in its sampled frames; a track by a hash of its name.
SELECT
    toUnixTimestamp64Micro(sample_at[s + 1]) AS at_us, reinterpretAsInt64(cityHash64(track_id[t + 1])) AS track,
    x1, y1, x2, y2
FROM tracks
ARRAY JOIN
    box_track AS t, box_sample AS s, box_x1_px AS x1, box_y1_px AS y1, box_x2_px AS x2, box_y2_px AS y2
WHERE camera_id = {camera:String}
ORDER BY at_us, track
