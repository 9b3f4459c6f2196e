-- Vehicles by the days of their first and last offence, and by how many prescriptions they have. Made as a whole, after report_repeaters.
SELECT
    first_day,
    last_day,
    multiIf(all_penalties = 1, '1', all_penalties = 2, '2', all_penalties < 5, '3-4', all_penalties < 10, '5-9', '10 or more') AS band,
    count() AS vehicles,
    sum(r.all_penalties) AS issued,
    sum(r.all_imposed_kzt) AS imposed_kzt,
    sum(r.all_collected_kzt) AS collected_kzt,
    sum(r.all_repeats) AS repeats
FROM report_repeaters AS r
GROUP BY first_day, last_day, band
