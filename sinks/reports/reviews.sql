-- reviews: load, time and agreement of the officers who review, by day or month.
--
-- {from:Date}, {to:Date}: days of the decisions, both included, Almaty's. {by:String}: day or month.
-- look_*: from opening a case to the decision. second_reviews: cases that two officers decided, by the day of the first decision, and
-- agreement_ratio: those of them on which the first two agree.
WITH
    rows AS
    (
        SELECT
            if({by:String} = 'day', toString(`day`), formatDateTime(`day`, '%Y-%m')) AS `group`,
            officers, reviews, confirmed, rejected, look_s, looks, 0 AS pairs, 0 AS agreed
        FROM report_review_days
        WHERE `day` BETWEEN {from:Date} AND {to:Date}
        UNION ALL
        SELECT
            if({by:String} = 'day', toString(`day`), formatDateTime(`day`, '%Y-%m')),
            [], 0, 0, 0, 0, arrayReduce('quantilesTimingArrayState(0.5, 0.95)', CAST([], 'Array(Array(UInt16))')), pairs, agreed
        FROM report_review_pairs_daily
        WHERE `day` BETWEEN {from:Date} AND {to:Date}
    )
SELECT
    `group`,
    sum(r.reviews) AS reviews,
    uniqExactArray(r.officers) AS officers,
    sum(r.confirmed) AS confirmed,
    sum(r.rejected) AS rejected,
    if(reviews = 0, NULL, round(rejected / reviews, 4)) AS rejected_ratio,
    round(sum(r.look_s) / 3600, 1) AS look_h,
    if(reviews = 0, NULL, round(sum(r.look_s) / reviews, 1)) AS look_mean_s,
    if(reviews = 0, NULL, quantilesTimingArrayMerge(0.5, 0.95)(r.looks)[1]) AS look_p50_s,
    if(reviews = 0, NULL, quantilesTimingArrayMerge(0.5, 0.95)(r.looks)[2]) AS look_p95_s,
    sum(r.pairs) AS second_reviews,
    if(second_reviews = 0, NULL, round(sum(r.agreed) / second_reviews, 4)) AS agreement_ratio
FROM rows AS r
GROUP BY `group` WITH TOTALS
ORDER BY `group`
