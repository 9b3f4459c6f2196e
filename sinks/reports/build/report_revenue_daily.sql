-- Sums of the cases of one month by the day of the offence.
SELECT
    source_month,
    offence_day AS `day`,
    article,
    district,
    owner,
    outcome,
    outcome_reason,
    count() AS violations,
    sum(c.detected_kzt) AS detected_kzt,
    sum(c.confirmed) AS confirmed,
    sumIf(c.detected_kzt, c.confirmed) AS confirmed_detected_kzt,
    sum(c.confirmed_kzt) AS confirmed_kzt,
    sum(c.issued) AS issued,
    sumIf(c.confirmed_kzt, c.issued) AS issued_confirmed_kzt,
    sum(c.imposed_kzt) AS imposed_kzt,
    sum(c.delivered) AS delivered,
    sumIf(c.imposed_kzt, c.delivered) AS delivered_kzt,
    sum(c.discounted) AS discounted,
    sum(c.discounted_kzt) AS discounted_kzt,
    sum(c.paid) AS paid,
    sum(c.paid_kzt) AS paid_kzt,
    sumIf(c.lowered_kzt, c.delivered) AS lowered_kzt,
    -- a part takes money from the net; the case leaves it with the last one
    countIf(c.refunded_kzt > 0 AND c.refund_due_kzt = 0 AND startsWith(c.outcome, 'cancelled')) AS given_back,
    sum(c.refunded_kzt) AS refunded_kzt,
    sum(c.refund_due_kzt) AS refund_due_kzt,
    owner_class
FROM report_cases AS c
WHERE source_month = {month:UInt32}
GROUP BY source_month, `day`, article, district, owner, owner_class, outcome, outcome_reason
