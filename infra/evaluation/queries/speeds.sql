-- One camera's stated speeds with their uncertainty, at the last sampled frame of the second that states them.
SELECT
    toUnixTimestamp64Micro(sample_at[-1]) AS at_us, reinterpretAsInt64(cityHash64(name)) AS track,
    assumeNotNull(stated) AS kmh, assumeNotNull(uncertainty) AS error
FROM tracks
ARRAY JOIN track_id AS name, track_speed_kmh AS stated, track_speed_error_kmh AS uncertainty
WHERE camera_id = {camera:String} AND stated IS NOT NULL AND uncertainty IS NOT NULL AND notEmpty(sample_at)
ORDER BY at_us, track
