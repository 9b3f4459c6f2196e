-- revenue by cash date: what was proposed, imposed and received on the days themselves.
--
-- {from:Date}, {to:Date}: days of the steps, both included, Almaty's. {by:String}: day, month, article, district, owner (of the
-- camera) or owner_class (of the vehicle).
-- Each figure counts under the day of its own step: violations when proposed, imposed_kzt when issued, collected_kzt when received, refunded_kzt when given back,
-- whenever the offence was. So a line holds different cases in its columns, and collected_kzt / imposed_kzt is no share of anything;
-- for that read revenue by date of offence. These sums are those of the treasury's days.
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
FROM report_cash_daily AS r
WHERE `day` BETWEEN {from:Date} AND {to:Date}
GROUP BY `group` WITH TOTALS
ORDER BY `group`
