-- The plates of the true objects before one camera.
SELECT actor, any(plates[plate + 1]) AS text
FROM truth_tracks
ARRAY JOIN box_actor AS actor, box_plate AS plate
WHERE camera_id = {camera:String} AND plate >= 0
GROUP BY actor
ORDER BY actor
