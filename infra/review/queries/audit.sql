-- Who opened or decided a case, when and why, in their order. Verdicts of a case that waits are told to nobody: the next officer decides blind.
SELECT at, officer_id, login, act, why
FROM
(
    SELECT looked_at AS at, officer_id, login, concat('opened the ', opened) AS act, why
    FROM case_looks
    WHERE case_id = {case_id:String}
    UNION ALL
    SELECT decided_at AS at, officer_id, '' AS login, if(withdraws, 'withdrawn', lower(toString(verdict))) AS act,
        arrayStringConcat(arrayFilter(word -> word != '', [reason_code, remark]), ': ') AS why
    FROM reviews
    WHERE case_id = {case_id:String} AND NOT {waits:Bool}
)
ORDER BY at, act
