-- Sums of one month's revenue, whatever its cases were about.
SELECT
    source_month,
    `day`,
    outcome,
    outcome_reason,
    sum(r.violations) AS violations,
    sum(r.detected_kzt) AS detected_kzt,
    sum(r.confirmed) AS confirmed,
    sum(r.confirmed_detected_kzt) AS confirmed_detected_kzt,
    sum(r.confirmed_kzt) AS confirmed_kzt,
    sum(r.issued) AS issued,
    sum(r.issued_confirmed_kzt) AS issued_confirmed_kzt,
    sum(r.imposed_kzt) AS imposed_kzt,
    sum(r.delivered) AS delivered,
    sum(r.delivered_kzt) AS delivered_kzt,
    sum(r.discounted) AS discounted,
    sum(r.discounted_kzt) AS discounted_kzt,
    sum(r.paid) AS paid,
    sum(r.paid_kzt) AS paid_kzt,
    sum(r.lowered_kzt) AS lowered_kzt,
    sum(r.given_back) AS given_back,
    sum(r.refunded_kzt) AS refunded_kzt,
    sum(r.refund_due_kzt) AS refund_due_kzt
FROM report_revenue_daily AS r
WHERE source_month = {month:UInt32}
GROUP BY source_month, `day`, outcome, outcome_reason
