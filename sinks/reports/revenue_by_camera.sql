-- revenue by camera, by the date of the offence or ({cash:UInt8} = 1) by the day of each step.
--
-- {from:Date}, {to:Date}: both included, Almaty's. {limit:UInt32}: cameras shown, those that brought most first; totals are of all.
-- Reads report_cases, one row a case: a few hundred milliseconds over three million.
SELECT
    camera_id AS `group`,
    any(c.district) AS district,
    any(c.owner) AS owner,
    countIf(if({cash:UInt8} = 1, detected_day, offence_day) BETWEEN {from:Date} AND {to:Date}) AS violations,
    sumIf(c.detected_kzt, if({cash:UInt8} = 1, detected_day, offence_day) BETWEEN {from:Date} AND {to:Date}) AS detected_kzt,
    countIf(c.confirmed AND if({cash:UInt8} = 1, confirmed_day, offence_day) BETWEEN {from:Date} AND {to:Date}) AS confirmed,
    countIf(c.issued AND if({cash:UInt8} = 1, issued_day, offence_day) BETWEEN {from:Date} AND {to:Date}) AS issued,
    sumIf(c.imposed_kzt, if({cash:UInt8} = 1, issued_day, offence_day) BETWEEN {from:Date} AND {to:Date}) AS imposed_kzt,
    countIf(c.discounted AND if({cash:UInt8} = 1, discounted_day, offence_day) BETWEEN {from:Date} AND {to:Date}) AS discounted,
    sumIf(c.discounted_kzt, if({cash:UInt8} = 1, discounted_day, offence_day) BETWEEN {from:Date} AND {to:Date}) AS discounted_kzt,
    countIf(isNotNull(c.paid_day) AND if({cash:UInt8} = 1, paid_day, offence_day) BETWEEN {from:Date} AND {to:Date}) AS paid,
    sumIf(c.paid_kzt, if({cash:UInt8} = 1, paid_day, offence_day) BETWEEN {from:Date} AND {to:Date}) AS paid_kzt,
    sumIf(c.discounted_kzt, if({cash:UInt8} = 1, discounted_day, offence_day) BETWEEN {from:Date} AND {to:Date})
        + sumIf(c.paid_kzt, if({cash:UInt8} = 1, paid_day, offence_day) BETWEEN {from:Date} AND {to:Date}) AS collected_kzt,
    sum(if({cash:UInt8} = 1,
           arraySum((back_day, kzt) -> if(back_day BETWEEN {from:Date} AND {to:Date}, kzt, 0), c.refund_days, c.refund_parts_kzt),
           c.refunded_kzt)) AS refunded_kzt,
    collected_kzt - refunded_kzt AS net_kzt
FROM report_cases AS c
-- no step comes before its offence
WHERE offence_day <= {to:Date} AND ({cash:UInt8} = 1 OR offence_day >= {from:Date})
GROUP BY `group` WITH TOTALS
HAVING violations + issued + discounted + paid + refunded_kzt > 0
ORDER BY collected_kzt DESC, `group`
LIMIT {limit:UInt32}
