-- Decisions of one month by day alone.
SELECT
    source_month,
    `day`,
    arraySort(groupUniqArray(r.officer_id)) AS officers,
    sum(r.reviews) AS reviews,
    sumIf(r.reviews, r.verdict = 'CONFIRMED') AS confirmed,
    sumIf(r.reviews, r.verdict = 'REJECTED') AS rejected,
    sum(r.look_s) AS look_s,
    quantilesTimingArrayState(0.5, 0.95)(r.looks) AS looks
FROM report_reviews_daily AS r
WHERE source_month = {month:UInt32}
GROUP BY source_month, `day`
