-- revenue: what fines were proposed, imposed and collected, by the date of the offence.
--
-- {from:Date}, {to:Date}: days of the offence, both included, Almaty's. {by:String}: day, month, article, district, owner (of the
-- camera) or owner_class (of the vehicle).
-- violations and detected_kzt: all that was proposed to review; issued and imposed_kzt: prescriptions; discounted_kzt: half within
-- 7 days of delivery; paid_kzt: in full; collected_kzt: both; refunded_kzt: of it given back after a court's decision; net_kzt:
-- what stays. Money that came in later counts under the day of its offence, so the
-- last months grow until their terms have run. Never add detected_kzt and imposed_kzt: they are the same fines at two points.
SELECT
    multiIf({by:String} = 'day', toString(`day`),
            {by:String} = 'month', formatDateTime(`day`, '%Y-%m'),
            {by:String} = 'article', article,
            {by:String} = 'district', district,
            {by:String} = 'owner_class', if(owner_class = '', '(unknown)', owner_class),
            owner) AS `group`,
    sum(r.violations) AS violations,
    sum(r.detected_kzt) AS detected_kzt,
    sum(r.confirmed) AS confirmed,
    sum(r.issued) AS issued,
    sum(r.imposed_kzt) AS imposed_kzt,
    sum(r.discounted) AS discounted,
    sum(r.discounted_kzt) AS discounted_kzt,
    sum(r.paid) AS paid,
    sum(r.paid_kzt) AS paid_kzt,
    sum(r.discounted_kzt + r.paid_kzt) AS collected_kzt,
    sum(r.refunded_kzt) AS refunded_kzt,
    sum(r.discounted_kzt + r.paid_kzt - r.refunded_kzt) AS net_kzt
FROM report_offences_daily AS r
WHERE `day` BETWEEN {from:Date} AND {to:Date}
GROUP BY `group` WITH TOTALS
ORDER BY `group`
