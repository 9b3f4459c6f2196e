-- When an officer last opened a case, microseconds since the Unix epoch; 0: never.
SELECT toUnixTimestamp64Micro(max(looked_at)) AS looked_at_us
FROM case_looks
WHERE case_id = {case_id:String} AND officer_id = {officer_id:String}
HAVING count() > 0
