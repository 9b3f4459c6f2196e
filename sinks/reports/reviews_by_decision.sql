-- reviews: load and time of the officers who review, by officer or what they decided.
--
-- {from:Date}, {to:Date}: days of the decisions, both included, Almaty's. {by:String}: officer, verdict or reason.
-- look_*: from opening a case to the decision. second_reviews: cases that two officers decided, by the day of the first decision, and
-- agreement_ratio: those of them on which the first two agree; both in the totals only.
WITH
    rows AS
    (
        SELECT
            multiIf({by:String} = 'officer', officer_id,
                    {by:String} = 'verdict', verdict,
                    reason_code = '', '(none)', reason_code) AS `group`,
            officer_id, verdict, reviews, look_s, looks, 0 AS pairs, 0 AS agreed
        FROM report_reviews_daily
        WHERE `day` BETWEEN {from:Date} AND {to:Date}
        UNION ALL
        SELECT
            '', '', '', 0, 0, CAST([], 'Array(UInt16)'), pairs, agreed
        FROM report_review_pairs_daily
        WHERE `day` BETWEEN {from:Date} AND {to:Date}
    )
SELECT
    `group`,
    sum(r.reviews) AS reviews,
    uniqExactIf(r.officer_id, r.officer_id != '') AS officers,
    sumIf(r.reviews, r.verdict = 'CONFIRMED') AS confirmed,
    sumIf(r.reviews, r.verdict = 'REJECTED') AS rejected,
    if(reviews = 0, NULL, round(rejected / reviews, 4)) AS rejected_ratio,
    round(sum(r.look_s) / 3600, 1) AS look_h,
    if(reviews = 0, NULL, round(sum(r.look_s) / reviews, 1)) AS look_mean_s,
    if(reviews = 0, NULL, quantilesTimingArray(0.5, 0.95)(r.looks)[1]) AS look_p50_s,
    if(reviews = 0, NULL, quantilesTimingArray(0.5, 0.95)(r.looks)[2]) AS look_p95_s,
    sum(r.pairs) AS second_reviews,
    if(second_reviews = 0, NULL, round(sum(r.agreed) / second_reviews, 4)) AS agreement_ratio
FROM rows AS r
GROUP BY `group` WITH TOTALS
HAVING `group` != ''
ORDER BY `group`
-- the totals have what is under no group, too
SETTINGS totals_mode = 'before_having'
