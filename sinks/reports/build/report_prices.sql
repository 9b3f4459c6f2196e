-- Prescriptions of one month by what decides on their price.
SELECT
    source_month,
    article,
    tier,
    offence_day,
    assumeNotNull(c.issued_day) AS issued_day,
    c.imposed_kzt AS imposed_each_kzt,
    count() AS issued,
    sum(c.discounted) AS discounted,
    sum(c.discounted_kzt) AS discounted_kzt,
    sum(c.paid) AS paid,
    sum(c.paid_kzt) AS paid_kzt,
    owner_class,
    if(c.lowered_kzt > 0, c.imposed_kzt - c.lowered_kzt, 0) AS lowered_to_kzt
FROM report_cases AS c
WHERE source_month = {month:UInt32} AND c.issued
GROUP BY source_month, article, tier, offence_day, issued_day, imposed_each_kzt, owner_class, lowered_to_kzt
