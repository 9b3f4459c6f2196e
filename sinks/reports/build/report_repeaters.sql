-- One row a vehicle with a prescription, without its hash. Made as a whole: a vehicle's days lie in many months.
SELECT
    arrayMap(p -> p.1, penalties) AS days,
    arrayMap(p -> p.2, penalties) AS imposed_kzt,
    arrayMap(p -> p.3, penalties) AS collected_kzt,
    arrayMap(p -> p.4, penalties) AS repeats,
    days[1] AS first_day,
    days[-1] AS last_day,
    toUInt32(length(days)) AS all_penalties,
    arraySum(imposed_kzt) AS all_imposed_kzt,
    arraySum(collected_kzt) AS all_collected_kzt,
    toUInt32(arraySum(repeats)) AS all_repeats
FROM
(
    SELECT arraySort(groupArray((offence_day, c.imposed_kzt, c.discounted_kzt + c.paid_kzt, toUInt8(tier = 2)))) AS penalties
    FROM report_cases AS c
    WHERE c.issued AND c.vehicle != 0
    GROUP BY c.vehicle
)
