-- How often the first two officers of a case agree, by month of the second verdict.
SELECT
    toStartOfMonth(toTimeZone(times[2], 'Asia/Almaty')) AS month,
    count() AS doubly_reviewed,
    countIf(verdicts[1] = verdicts[2]) AS agreed,
    round(agreed / doubly_reviewed, 4) AS agreement_ratio,
    countIf(length(verdicts) > 2) AS third_officer,
    countIf(length(verdicts) > 2 AND verdicts[1] != verdicts[2] AND verdicts[3] = 'CONFIRMED') AS third_confirmed
FROM
(
    SELECT
        case_id,
        groupArray(verdict) AS verdicts,
        groupArray(decided_at) AS times
    FROM (SELECT * FROM reviews WHERE NOT withdraws ORDER BY decided_at)
    GROUP BY case_id
    HAVING length(verdicts) > 1
)
WHERE month BETWEEN {first:Date} AND {last:Date}
GROUP BY month
ORDER BY month
