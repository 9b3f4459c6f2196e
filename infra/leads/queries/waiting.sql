-- Leads that nobody has decided, the most urgent kind and the newest first, with who is looking at it; no facts.
SELECT
    l.lead_id AS lead_id,
    l.kind AS kind,
    l.article AS article,
    l.seen_at AS seen_at,
    l.district AS district,
    l.camera_id AS camera_id,
    k.looker AS looker
FROM leads AS l
LEFT JOIN
(
    SELECT
        lead_id,
        argMaxIf(officer_id, `at`, act = 'LOOKED' AND `at` > now64(6) - toIntervalSecond({claim_s:UInt32})) AS looker,
        countIf(act IN ('CONFIRMED', 'DISMISSED')) AS decisions
    FROM lead_looks
    GROUP BY lead_id
) AS k ON k.lead_id = l.lead_id
WHERE k.decisions = 0 AND ({lead_id:String} = '' OR l.lead_id = {lead_id:String})
ORDER BY indexOf(['WANTED', 'FALSE_PLATE', 'NO_INSURANCE', 'NO_INSPECTION'], l.kind), l.seen_at DESC, l.lead_id
LIMIT {most:UInt32}
