-- incidents: how many, how fast the rules were sure, how long they lasted, and how many were false alarms.
--
-- {from:Date}, {to:Date}: days on which they were opened, both included, Almaty's. {by:String}: kind, district, hour, day, severity
-- or owner. delay: from the begin of the condition to the moment at which the rule was sure. reviewed: an officer has decided it, whenever
-- that was; of several decisions the last one counts. rejected: as a false alarm, or though it happened (permitted, a duplicate).
-- false_alarm_ratio: of the reviewed; null where none is.
WITH
    verdicts AS
    (
        SELECT incident_id, 1 AS known, argMax(v.rejected, v.decided_at) AS turned_down, argMax(v.false_alarm, v.decided_at) AS untrue
        FROM report_incident_verdicts AS v
        GROUP BY incident_id
    )
SELECT
    multiIf({by:String} = 'kind', kind,
            {by:String} = 'district', district,
            {by:String} = 'hour', leftPad(toString(`hour`), 2, '0'),
            {by:String} = 'day', toString(`day`),
            {by:String} = 'severity', severity,
            owner) AS `group`,
    count() AS incidents,
    countIf(isNull(i.duration_s)) AS still_open,
    round(quantileExact(0.5)(i.delay_s), 1) AS delay_p50_s,
    round(quantileExact(0.95)(i.delay_s), 1) AS delay_p95_s,
    round(quantileExactIf(0.5)(assumeNotNull(i.duration_s), isNotNull(i.duration_s)), 1) AS duration_p50_s,
    countIf(d.known) AS reviewed,
    countIf(d.turned_down) AS rejected,
    countIf(d.untrue) AS false_alarms,
    if(reviewed = 0, NULL, round(false_alarms / reviewed, 4)) AS false_alarm_ratio
FROM report_incidents AS i
LEFT JOIN verdicts AS d ON d.incident_id = i.incident_id
WHERE `day` BETWEEN {from:Date} AND {to:Date}
GROUP BY `group` WITH TOTALS
ORDER BY `group`
