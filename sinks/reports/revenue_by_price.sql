-- revenue under another tariff: prescriptions by what decides on their price; `vigil report revenue --tariff` prices them anew.
--
-- {from:Date}, {to:Date}: days of the offence, both included, Almaty's. {by:String}: day, month or article.
-- tier 2 is a repeat; issued_day is the day of initiation, whose index counts (art. 44, 802.4).
SELECT
    multiIf({by:String} = 'day', toString(offence_day), {by:String} = 'month', formatDateTime(offence_day, '%Y-%m'), article) AS `group`,
    article,
    tier,
    offence_day,
    issued_day,
    sum(p.issued) AS issued,
    sum(p.issued * p.imposed_each_kzt) AS imposed_kzt,
    sum(p.discounted) AS discounted,
    sum(p.paid) AS paid,
    sum(p.discounted_kzt + p.paid_kzt) AS collected_kzt
FROM report_prices AS p
WHERE offence_day BETWEEN {from:Date} AND {to:Date}
GROUP BY `group`, article, tier, offence_day, issued_day
ORDER BY `group`
