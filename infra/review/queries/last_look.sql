-- When an officer last opened a case at the desk, microseconds since the Unix epoch; no row: never. A look at its evidence or price alone
-- is none that a verdict can rest on.
SELECT toUnixTimestamp64Micro(max(looked_at)) AS looked_at_us
FROM case_looks
WHERE case_id = {case_id:String} AND officer_id = {officer_id:String} AND opened IN ('case', 'plate')
HAVING count() > 0
