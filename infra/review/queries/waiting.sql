-- Cases that wait for an officer, the oldest offence first, with the reviews that each has had and who is looking at it.
-- Of one officer's own queue what can never be theirs is left out here: the table may hold far more than is looked at.
WITH waiting AS
(
    SELECT case_id, violation_id, vehicle_key, kind, article, amount_kzt, offence_at, district, camera_id
    FROM cases
    WHERE `step` = 'DETECTED' AND ({case_id:String} = '' OR case_id = {case_id:String})
)
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
    -- confirmations against two vehicles or for two articles are two verdicts; what was not chosen is as it was proposed
    arrayMap(one -> if(one.3 = 'CONFIRMED', concat(one.3, ' ', ifNull(one.4, c.vehicle_key), ' ', ifNull(one.5, c.article)), one.3), r.by_time) AS verdicts,
    l.officer_id AS looker,
    if(empty(r.by_time), 0., age('microsecond', r.by_time[-1].1, now64(6, 'UTC')) / 1e6) AS verdict_age_s
FROM waiting AS c
LEFT JOIN
(
    SELECT
        case_id,
        arrayMap(one -> one.2, by_time) AS officers,
        by_time
    FROM
    (
        SELECT case_id, arraySort(groupArray((decided_at, officer_id, verdict, corrected_vehicle_key, article))) AS by_time
        FROM reviews
        WHERE NOT withdraws AND case_id IN (SELECT case_id FROM waiting)
        GROUP BY case_id
    )
) AS r ON r.case_id = c.case_id
LEFT JOIN
(
    SELECT
        case_id,
        argMax(officer_id, looked_at) AS officer_id
    FROM case_looks
    WHERE looked_at > now64(6) - toIntervalSecond({claim_s:UInt32}) AND opened IN ('case', 'plate')
    GROUP BY case_id
) AS l ON l.case_id = c.case_id
WHERE (c.offence_at, c.case_id) > (fromUnixTimestamp64Micro({after_us:Int64}, 'UTC'), {after_id:String})
    AND (
        {officer:String} = ''
        OR (
            NOT has(r.officers, {officer:String})
            AND length(r.officers) < 3
            AND (length(arrayDistinct(verdicts)) < 2 OR {senior:Bool})
            AND l.officer_id IN ('', {officer:String})
        )
    )
ORDER BY c.offence_at, c.case_id
LIMIT {most:UInt32}
