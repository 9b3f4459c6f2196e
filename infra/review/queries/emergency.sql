-- Cases that officers rejected because an emergency vehicle was on duty, the newest offence first; the plate still sealed.
-- {first:Date}, {last:Date}: days of the offence, both included, Almaty's. {most:UInt32}: cases at most.
WITH rejected AS
(
    SELECT case_id, violation_id, vehicle_key, offence_at, camera_id
    FROM case_events
    WHERE `step` = 'REJECTED' AND reason IN ('emergency_vehicle', 'withdrawn: emergency_vehicle')
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
    v.key_period AS key_period,
    hex(ifNull(v.plate_encrypted, '')) AS sealed_hex
FROM rejected AS r
LEFT JOIN
(
    SELECT violation_id, track_id, key_period, plate_encrypted
    FROM violations
    WHERE violation_id IN (SELECT violation_id FROM rejected)
) AS v ON v.violation_id = r.violation_id
ORDER BY r.offence_at DESC, r.case_id
