-- Decisions of one month on incidents: a review names a case; where that is an incident's id, the review is of the incident.
SELECT
    {month:UInt32} AS source_month,
    case_id AS incident_id,
    max(r.decided_at) AS decided_at,
    argMax(r.verdict = 'REJECTED', r.decided_at) AS false_alarm
FROM reviews_facts AS r FINAL
WHERE toYYYYMM(r.decided_at) = {month:UInt32} AND case_id IN (SELECT incident_id FROM incidents_facts)
GROUP BY case_id
