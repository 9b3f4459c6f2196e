-- repeat: how many vehicles get how many prescriptions, and what share of cases and money is theirs. No names, no keys.
--
-- {from:Date}, {to:Date}: days of the offence, both included, Almaty's. Counts prescriptions, not proposals: a rejected case is
-- held against nobody. Vehicles whose plate is unread are left out. priced_as_repeat: tier 2, by the law an offence within a year
-- of an executed penalty for the same article; most vehicles with several prescriptions never reach it.
WITH
    counted AS
    (
        -- whoever has all offences in the period, by sums; the others day by day
        SELECT band, vehicles, issued, imposed_kzt, collected_kzt, repeats
        FROM report_repeat_sums
        WHERE first_day >= {from:Date} AND last_day <= {to:Date}
        UNION ALL
        SELECT
            multiIf(penalties = 1, '1', penalties = 2, '2', penalties < 5, '3-4', penalties < 10, '5-9', '10 or more'),
            1,
            penalties,
            arraySum((d, k) -> if(d BETWEEN {from:Date} AND {to:Date}, k, 0), days, imposed_kzt),
            arraySum((d, k) -> if(d BETWEEN {from:Date} AND {to:Date}, k, 0), days, collected_kzt),
            toInt64(arraySum((d, k) -> if(d BETWEEN {from:Date} AND {to:Date}, k, 0), days, repeats))
        FROM
        (
            SELECT days, imposed_kzt, collected_kzt, repeats, arrayCount(d -> d BETWEEN {from:Date} AND {to:Date}, days) AS penalties
            FROM report_repeaters
            WHERE first_day <= {to:Date} AND last_day >= {from:Date} AND (first_day < {from:Date} OR last_day > {to:Date})
        )
        WHERE penalties > 0
    ),
    banded AS
    (
        SELECT
            band,
            sum(c.vehicles) AS vehicles,
            sum(c.issued) AS issued,
            sum(c.imposed_kzt) AS imposed_kzt,
            sum(c.collected_kzt) AS collected_kzt,
            sum(c.repeats) AS priced_as_repeat,
            sum(sum(c.vehicles)) OVER () AS all_vehicles,
            sum(sum(c.issued)) OVER () AS all_issued
        FROM counted AS c
        GROUP BY band
    )
SELECT
    band AS `group`,
    sum(b.vehicles) AS vehicles,
    round(vehicles / any(all_vehicles), 4) AS vehicles_ratio,
    sum(b.issued) AS issued,
    round(issued / any(all_issued), 4) AS issued_ratio,
    sum(b.imposed_kzt) AS imposed_kzt,
    sum(b.collected_kzt) AS collected_kzt,
    sum(b.priced_as_repeat) AS priced_as_repeat
FROM banded AS b
GROUP BY `group` WITH TOTALS
ORDER BY indexOf(['1', '2', '3-4', '5-9', '10 or more'], `group`)
