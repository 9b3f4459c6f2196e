-- Cases that wait for an officer, the oldest offence first, with the reviews that each has had and who is looking at it.
SELECT
    c.case_id AS case_id,
    c.violation_id AS violation_id,
    c.kind AS kind,
    c.article AS article,
    c.amount_kzt AS amount_kzt,
    c.offence_at AS offence_at,
    c.district AS district,
    c.camera_id AS camera_id,
    r.officers AS officers,
    r.verdicts AS verdicts,
    l.officer_id AS looker
FROM cases AS c
LEFT JOIN
(
    SELECT
        case_id,
        groupArray(officer_id) AS officers,
        groupArray(verdict) AS verdicts
    FROM (SELECT * FROM reviews ORDER BY decided_at)
    GROUP BY case_id
) AS r ON r.case_id = c.case_id
LEFT JOIN
(
    SELECT
        case_id,
        argMax(officer_id, looked_at) AS officer_id
    FROM case_looks
    WHERE looked_at > now64(6) - toIntervalSecond({claim_s:UInt32})
    GROUP BY case_id
) AS l ON l.case_id = c.case_id
WHERE c.step = 'DETECTED' AND ({case_id:String} = '' OR c.case_id = {case_id:String})
ORDER BY c.offence_at, c.case_id
LIMIT {most:UInt32}
