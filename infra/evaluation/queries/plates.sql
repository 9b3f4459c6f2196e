-- One camera's plates as its tracks are stated to have them, second by second; a track by a hash of its name.
SELECT
    toUnixTimestamp64Micro(captured_at) AS at_us, reinterpretAsInt64(cityHash64(track_id[vote.track + 1])) AS track,
    tupleElement(vote.candidates[1], 'text') AS text,
    tupleElement(vote.candidates[1], 'probability_ratio') AS probability, vote.reads AS reads
FROM tracks
ARRAY JOIN plates AS vote
WHERE camera_id = {camera:String} AND notEmpty(vote.candidates)
ORDER BY at_us, track
