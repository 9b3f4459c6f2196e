-- Who opened or decided an incident, when and why, in their order.
SELECT at, officer_id, login, act, why
FROM
(
    SELECT looked_at AS at, officer_id, login, concat('opened revision ', toString(revision)) AS act, why
    FROM incident_looks
    WHERE incident_id = {incident_id:String}
    UNION ALL
    SELECT decided_at AS at, officer_id, '' AS login, lower(toString(verdict)) AS act,
        arrayStringConcat(arrayFilter(text -> text != '', [toString(reason_code), remark]), ': ') AS why
    FROM incident_reviews
    WHERE incident_id = {incident_id:String}
)
ORDER BY at, act
