-- What officers decided on an incident, the decision that stands first.
SELECT
    officer_id,
    verdict,
    reason_code,
    toString(decided_at) AS decided_at
FROM incident_reviews AS r
WHERE r.incident_id = {incident_id:String}
ORDER BY r.decided_at DESC, r.review_id DESC
