-- Decisions of one month on incidents, YYYYMM of decided_at in UTC: of several on one incident the last one.
-- The reasons named here are those that are no false alarms (infra/review/incident_reasons.toml).
SELECT
    {month:UInt32} AS source_month,
    r.incident_id AS incident_id,
    max(r.decided_at) AS decided_at,
    argMax(r.verdict = 'REJECTED' AND r.reason_code NOT IN ('duplicate', 'permitted'), (r.decided_at, r.review_id)) AS false_alarm,
    argMax(r.verdict = 'REJECTED', (r.decided_at, r.review_id)) AS rejected
FROM incident_reviews_facts AS r FINAL
WHERE toYYYYMM(r.decided_at) = {month:UInt32}
GROUP BY r.incident_id
