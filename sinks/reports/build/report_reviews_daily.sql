-- Decisions of one month, YYYYMM of decided_at in UTC.
SELECT
    {month:UInt32} AS source_month,
    toDate(decided_at, 'Asia/Almaty') AS `day`,
    officer_id,
    verdict,
    reason_code,
    count() AS reviews,
    sum(seconds) AS look_s,
    arraySort(groupArray(toUInt16(least(seconds, 65535)))) AS looks
FROM
(
    SELECT decided_at, officer_id, verdict, reason_code, greatest(dateDiff('second', looked_at, decided_at), 0) AS seconds
    FROM reviews_facts FINAL
    WHERE NOT withdraws AND toYYYYMM(decided_at) = {month:UInt32}
)
GROUP BY `day`, officer_id, verdict, reason_code
