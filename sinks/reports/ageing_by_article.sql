-- ageing: prescriptions unpaid at the end of a day, by article and by stage.
--
-- {to:Date}: the day, Almaty's. {from:Date}: first day of issue that counts. Lines are articles.
-- kzt is the imposed fine. Sums moves up to the day, so any day of the past can be asked. 'with bailiffs' stays until it is paid.
SELECT
    article AS `group`,
    sum(m.cases) AS cases,
    sum(m.kzt) AS kzt,
    sumIf(m.kzt, stage = 'awaits delivery') AS awaits_delivery_kzt,
    sumIf(m.kzt, stage = 'term runs') AS term_runs_kzt,
    sumIf(m.kzt, stage = 'appealed') AS appealed_kzt,
    sumIf(m.kzt, stage = 'in force unpaid') AS in_force_kzt,
    sumIf(m.kzt, stage = 'with bailiffs') AS bailiffs_kzt
FROM report_unpaid_moves AS m
WHERE `day` <= {to:Date} AND issued_day >= {from:Date}
GROUP BY `group` WITH TOTALS
HAVING cases != 0 OR kzt != 0
ORDER BY `group`
