-- Yield of each camera by calendar month of the offence.
SELECT
    source_month,
    toStartOfMonth(offence_day) AS `month`,
    camera_id,
    any(c.district) AS district,
    any(c.owner) AS owner,
    count() AS violations,
    sum(c.confirmed) AS confirmed,
    countIf(c.outcome = 'rejected') AS rejected,
    sum(c.issued) AS issued,
    sum(c.imposed_kzt) AS imposed_kzt,
    sum(c.discounted_kzt + c.paid_kzt) AS collected_kzt,
    sum(c.detected_kzt) AS detected_kzt,
    sum(c.discounted) AS discounted,
    sum(c.discounted_kzt) AS discounted_kzt,
    sum(c.paid) AS paid,
    sum(c.paid_kzt) AS paid_kzt,
    sum(c.refunded_kzt) AS refunded_kzt
FROM report_cases AS c
WHERE source_month = {month:UInt32}
GROUP BY source_month, `month`, camera_id
