-- Other cases of a case's vehicle that are about the same hour, the nearest first: one act may have been proposed twice. No verdict.
WITH own AS (SELECT vehicle_key, offence_at FROM cases WHERE case_id = {case_id:String})
SELECT case_id, kind, article, toString(`step`) AS `step`, offence_at, camera_id
FROM cases
WHERE case_id != {case_id:String}
    AND vehicle_key = (SELECT vehicle_key FROM own)
    AND abs(dateDiff('second', offence_at, (SELECT offence_at FROM own))) <= {within_s:UInt32}
ORDER BY abs(dateDiff('microsecond', offence_at, (SELECT offence_at FROM own))), case_id
LIMIT {most:UInt32}
