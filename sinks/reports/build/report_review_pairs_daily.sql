-- Cases whose first decision is in one month and that another officer decided in that month or the next.
SELECT
    {month:UInt32} AS source_month,
    toDate(decisions[1].1, 'Asia/Almaty') AS `day`,
    count() AS pairs,
    countIf(decisions[1].2 = second.2) AS agreed,
    sum(dateDiff('second', decisions[1].1, second.1)) AS waited_s
FROM
(
    SELECT
        arraySort(groupArray((decided_at, verdict, officer_id))) AS decisions,
        arrayFirst(d -> d.3 != decisions[1].3, decisions) AS second
    FROM reviews_facts FINAL
    WHERE NOT withdraws AND toYYYYMM(decided_at) BETWEEN toYYYYMM(toDate(concat(toString({month:UInt32}), '01')) - INTERVAL 1 MONTH)
        AND toYYYYMM(toDate(concat(toString({month:UInt32}), '01')) + INTERVAL 1 MONTH)
    GROUP BY case_id
    HAVING uniqExact(officer_id) > 1
)
WHERE toYYYYMM(decisions[1].1) = {month:UInt32}
GROUP BY `day`
