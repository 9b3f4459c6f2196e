-- Incidents that were opened in one month, YYYYMM of opened_at in UTC.
SELECT
    {month:UInt32} AS source_month,
    incident_id,
    toDate(opened_at, 'Asia/Almaty') AS `day`,
    toHour(opened_at, 'Asia/Almaty') AS `hour`,
    kind,
    severity,
    district,
    owner,
    toFloat32(dateDiff('millisecond', started_at, opened_at) / 1000) AS delay_s,
    toNullable(toFloat32(dateDiff('millisecond', opened_at, closed_at) / 1000)) AS duration_s
FROM incidents_facts FINAL
WHERE toYYYYMM(opened_at) = {month:UInt32}
