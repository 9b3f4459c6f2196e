-- revenue under another tariff by camera, district or owner: as revenue_by_price.sql, from the cases themselves.
--
-- {from:Date}, {to:Date}: days of the offence, both included, Almaty's. {by:String}: camera, district or owner. {days:Array(Date)}: first
-- days of the spans within which no price changes, ascending, from {from:Date} on; offence_span and issued_span are places in it, from 1, so
-- that there are few lines a camera. Prices are kept by no place: cases of months whose facts have gone are not in it.
SELECT
    multiIf({by:String} = 'camera', camera_id, {by:String} = 'district', district, owner) AS `group`,
    article,
    tier,
    owner_class,
    arrayCount(d -> d <= offence_day, {days:Array(Date)}) AS offence_span,
    arrayCount(d -> d <= assumeNotNull(issued_day), {days:Array(Date)}) AS issued_span,
    c.imposed_kzt AS imposed_each_kzt,
    if(c.lowered_kzt > 0, c.imposed_kzt - c.lowered_kzt, 0) AS lowered_to_kzt,
    count() AS issued,
    sum(c.discounted) AS discounted,
    sum(c.discounted_kzt) AS discounted_kzt,
    sum(c.paid) AS paid,
    sum(c.paid_kzt) AS paid_kzt
FROM report_cases AS c
WHERE offence_day BETWEEN {from:Date} AND {to:Date} AND c.issued
GROUP BY `group`, article, tier, owner_class, offence_span, issued_span, imposed_each_kzt, lowered_to_kzt
ORDER BY `group`
