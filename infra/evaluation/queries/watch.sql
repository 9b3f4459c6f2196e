-- What was looked at, by camera.
SELECT
    camera_id,
    sum(duration_us) / 1e6 AS seconds,
    max(toUnixTimestamp64Micro(captured_at) + duration_us) AS end_us
FROM tracks
GROUP BY camera_id
ORDER BY camera_id
