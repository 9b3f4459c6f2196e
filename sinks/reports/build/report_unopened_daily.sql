-- Violations of one month that opened no case. {month:UInt32} is a partition of unopened_facts, YYYYMM.
-- One that came again when the law's scope had its article has a case by now, and is counted there.
SELECT
    {month:UInt32} AS source_month,
    toDate(offence_at, 'Asia/Almaty') AS `day`,
    u.why AS why,
    if(why = 'same offence', '', detail) AS reason,
    count() AS violations
FROM unopened_facts AS u FINAL
WHERE toYYYYMM(offence_at) = {month:UInt32}
  AND case_id NOT IN
    (
        SELECT case_id FROM case_events_facts
        WHERE toYYYYMM(offence_at) = {month:UInt32}
          AND case_id IN (SELECT case_id FROM unopened_facts WHERE toYYYYMM(offence_at) = {month:UInt32})
    )
GROUP BY `day`, why, reason
