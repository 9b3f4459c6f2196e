-- ageing: prescriptions unpaid at the end of a day, by age since they were issued and by stage.
--
-- {to:Date}: the day, Almaty's. {from:Date}: first day of issue that counts. {by:String}: age, stage or month (of issue).
-- kzt is the imposed fine. Sums moves up to the day, so any day of the past can be asked. 'with bailiffs' stays until it is paid.
SELECT
    multiIf({by:String} = 'stage', stage,
            {by:String} = 'month', formatDateTime(issued_day, '%Y-%m'),
            multiIf(age < 8, '000-007 days', age < 31, '008-030 days', age < 61, '031-060 days', age < 91, '061-090 days',
                    age < 181, '091-180 days', age < 366, '181-365 days', 'over 365 days')) AS `group`,
    sum(m.cases) AS cases,
    sum(m.kzt) AS kzt,
    sumIf(m.kzt, stage = 'awaits delivery') AS awaits_delivery_kzt,
    sumIf(m.kzt, stage = 'term runs') AS term_runs_kzt,
    sumIf(m.kzt, stage = 'appealed') AS appealed_kzt,
    sumIf(m.kzt, stage = 'in force unpaid') AS in_force_kzt,
    sumIf(m.kzt, stage = 'with bailiffs') AS bailiffs_kzt
FROM (SELECT *, {to:Date} - issued_day AS age FROM report_unpaid_stages WHERE `day` <= {to:Date} AND issued_day >= {from:Date}) AS m
GROUP BY `group` WITH TOTALS
HAVING cases != 0 OR kzt != 0
ORDER BY `group`
