-- repeat: how many vehicles get how many prescriptions, and what share of cases and money is theirs. No names, no keys.
--
-- {from:Date}, {to:Date}: days of the offence, both included, Almaty's. Counts prescriptions, not proposals: a rejected case is
-- held against nobody. Vehicles whose plate is unread are left out. priced_as_repeat: tier 2, by the law an offence within a year
-- of an executed penalty for the same article; most vehicles with several prescriptions never reach it.
WITH
    counted AS
    (
        -- whoever has all offences in the period, by sums; the others day by day
        SELECT all_penalties AS penalties, all_imposed_kzt AS imposed, all_collected_kzt AS collected, all_repeats AS repeats
        FROM report_repeaters
        WHERE first_day >= {from:Date} AND last_day <= {to:Date}
        UNION ALL
        SELECT
            arrayCount(d -> d BETWEEN {from:Date} AND {to:Date}, days),
            arraySum((d, k) -> if(d BETWEEN {from:Date} AND {to:Date}, k, 0), days, imposed_kzt),
            arraySum((d, k) -> if(d BETWEEN {from:Date} AND {to:Date}, k, 0), days, collected_kzt),
            arraySum((d, k) -> if(d BETWEEN {from:Date} AND {to:Date}, k, 0), days, repeats)
        FROM report_repeaters
        WHERE first_day <= {to:Date} AND last_day >= {from:Date} AND NOT (first_day >= {from:Date} AND last_day <= {to:Date})
    ),
    banded AS
    (
        SELECT
            multiIf(penalties = 1, '1', penalties = 2, '2', penalties < 5, '3-4', penalties < 10, '5-9', '10 or more') AS `group`,
            count() AS vehicles,
            sum(penalties) AS issued,
            sum(imposed) AS imposed_kzt,
            sum(collected) AS collected_kzt,
            sum(repeats) AS priced_as_repeat,
            min(penalties) AS least,
            sum(count()) OVER () AS all_vehicles,
            sum(sum(penalties)) OVER () AS all_issued
        FROM counted
        WHERE penalties > 0
        GROUP BY `group`
    )
SELECT
    `group`,
    sum(b.vehicles) AS vehicles,
    round(vehicles / any(all_vehicles), 4) AS vehicles_ratio,
    sum(b.issued) AS issued,
    round(issued / any(all_issued), 4) AS issued_ratio,
    sum(b.imposed_kzt) AS imposed_kzt,
    sum(b.collected_kzt) AS collected_kzt,
    sum(b.priced_as_repeat) AS priced_as_repeat
FROM banded AS b
GROUP BY `group` WITH TOTALS
ORDER BY min(b.least)
