-- Cases that officers rejected, or took back once they were sent, because an emergency vehicle was on duty, the newest offence first; the
-- plate still sealed. Where an officer had corrected the plate it is that one: the violation's is another vehicle's.
-- {first:Date}, {last:Date}: days of the offence, both included, Almaty's. {most:UInt32}: cases at most.
WITH rejected AS
(
    SELECT case_id, violation_id, vehicle_key, offence_at, camera_id
    FROM case_events
    WHERE ((`step` = 'REJECTED' AND reason = 'emergency_vehicle')
            OR (`step` IN ('REJECTED', 'CANCELLED') AND reason = 'withdrawn: emergency_vehicle'))
        AND toDate(offence_at, 'Asia/Almaty') BETWEEN {first:Date} AND {last:Date}
    ORDER BY offence_at DESC, case_id
    LIMIT {most:UInt32}
)
SELECT
    r.case_id AS case_id,
    r.vehicle_key AS vehicle_key,
    toUnixTimestamp64Micro(r.offence_at) AS offence_us,
    r.camera_id AS camera_id,
    v.track_id AS track_id,
    if(v.vehicle_key = r.vehicle_key OR c.sealed_hex = '', v.key_period, c.key_period) AS key_period,
    if(v.vehicle_key = r.vehicle_key, hex(ifNull(v.plate_encrypted, '')), c.sealed_hex) AS sealed_hex
FROM rejected AS r
LEFT JOIN
(
    SELECT violation_id, vehicle_key, track_id, key_period, plate_encrypted
    FROM violations
    WHERE violation_id IN (SELECT violation_id FROM rejected)
) AS v ON v.violation_id = r.violation_id
LEFT JOIN
(
    -- what officers type is sealed with the key of the offence's quarter, and for the violation's track
    SELECT w.case_id AS case_id, w.corrected_vehicle_key AS vehicle_key, any(hex(ifNull(w.corrected_plate_encrypted, ''))) AS sealed_hex,
        any(formatDateTime(o.offence_at, '%Y-q%Q', 'Asia/Almaty')) AS key_period
    FROM reviews AS w
    INNER JOIN rejected AS o ON o.case_id = w.case_id
    WHERE w.corrected_vehicle_key IS NOT NULL
    GROUP BY w.case_id, w.corrected_vehicle_key
) AS c ON c.case_id = r.case_id AND c.vehicle_key = r.vehicle_key
ORDER BY r.offence_at DESC, r.case_id
