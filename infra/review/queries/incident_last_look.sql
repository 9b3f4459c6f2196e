-- When an officer last opened an incident, microseconds since the Unix epoch; no row: never.
SELECT toUnixTimestamp64Micro(max(looked_at)) AS looked_at_us
FROM incident_looks
WHERE incident_id = {incident_id:String} AND officer_id = {officer_id:String}
HAVING count() > 0
