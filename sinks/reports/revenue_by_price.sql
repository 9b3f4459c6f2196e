-- revenue under another tariff: prescriptions by what decides on their price; `vigil report revenue --tariff` prices them anew.
--
-- {from:Date}, {to:Date}: days of the offence, both included, Almaty's. {by:String}: day, month, article or owner_class.
-- tier 2 is a repeat; issued_day is the day of initiation, whose index counts (art. 44, 802.4). lowered_to_kzt: what a court left of each
-- fine before it was paid; 0: no court lowered it.
SELECT
    multiIf({by:String} = 'day', toString(offence_day),
            {by:String} = 'month', formatDateTime(offence_day, '%Y-%m'),
            {by:String} = 'owner_class', if(owner_class = '', '(unknown)', owner_class),
            article) AS `group`,
    article,
    tier,
    owner_class,
    offence_day,
    issued_day,
    imposed_each_kzt,
    lowered_to_kzt,
    sum(p.issued) AS issued,
    sum(p.discounted) AS discounted,
    sum(p.discounted_kzt) AS discounted_kzt,
    sum(p.paid) AS paid,
    sum(p.paid_kzt) AS paid_kzt
FROM report_prices AS p
WHERE offence_day BETWEEN {from:Date} AND {to:Date}
GROUP BY `group`, article, tier, owner_class, offence_day, issued_day, imposed_each_kzt, lowered_to_kzt
ORDER BY `group`
