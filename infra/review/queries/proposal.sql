-- Whom a violation is against and what it proposes, as a verdict on its case needs to know.
SELECT
    vehicle_key,
    track_id,
    toUnixTimestamp64Micro(occurred_at) AS occurred_at_us,
    articles.code AS articles
FROM violations
WHERE violation_id = {violation_id:String}
