-- Incidents that nobody has decided, the most urgent and then the newest first, with who is looking at each; no facts.
-- Of one officer's own queue what another looks at is left out here.
SELECT
    i.incident_id AS incident_id,
    i.kind AS kind,
    i.severity AS severity,
    i.opened_at AS opened_at,
    i.closed_at IS NULL AS still_open,
    i.district AS district,
    i.camera_id AS camera_id,
    l.officer_id AS looker
FROM incidents AS i
LEFT JOIN
(
    SELECT
        incident_id,
        argMax(officer_id, looked_at) AS officer_id
    FROM incident_looks
    WHERE looked_at > now64(6) - toIntervalSecond({claim_s:UInt32})
    GROUP BY incident_id
) AS l ON l.incident_id = i.incident_id
WHERE i.incident_id NOT IN (SELECT r.incident_id FROM incident_reviews AS r)
    AND ({officer:String} = '' OR l.officer_id IN ('', {officer:String}))
ORDER BY indexOf(['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'], i.severity), i.opened_at DESC, i.incident_id
LIMIT {most:UInt32}
