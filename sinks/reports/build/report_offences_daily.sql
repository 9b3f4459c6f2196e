-- Sums of one month's revenue, however its cases ended.
SELECT
    source_month,
    `day`,
    article,
    district,
    owner,
    owner_class,
    sum(r.violations) AS violations,
    sum(r.detected_kzt) AS detected_kzt,
    sum(r.confirmed) AS confirmed,
    sum(r.issued) AS issued,
    sum(r.imposed_kzt) AS imposed_kzt,
    sum(r.discounted) AS discounted,
    sum(r.discounted_kzt) AS discounted_kzt,
    sum(r.paid) AS paid,
    sum(r.paid_kzt) AS paid_kzt,
    sum(r.refunded_kzt) AS refunded_kzt
FROM report_revenue_daily AS r
WHERE source_month = {month:UInt32}
GROUP BY source_month, `day`, article, district, owner, owner_class
