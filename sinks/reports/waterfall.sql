-- waterfall: from what was found to what was detected (opened a case), to what was collected and not given back, and where each tenge is lost and why; by the date of the offence.
--
-- {from:Date}, {to:Date}: days of the offence, both included, Almaty's.
-- A violation that opened no case has no price: the levels found and detected differ in violations alone.
-- Lines of part 'level' are what is left; lines of part 'loss' between two levels add up to their difference, in cases and in KZT;
-- lines of part 'of which' divide the level above. A loss may be negative: a fine that is repriced upwards when it is issued.
-- 'awaits', 'term runs', 'appealed' and 'unpaid' are not lost yet.
WITH
    sums AS
    (
        SELECT
            outcome,
            outcome_reason,
            sum(violations) AS n1, sum(detected_kzt) AS k1,
            sum(confirmed) AS n2, sum(confirmed_detected_kzt) AS k2_before, sum(confirmed_kzt) AS k2,
            sum(issued) AS n3, sum(issued_confirmed_kzt) AS k3_before, sum(imposed_kzt) AS k3,
            sum(delivered) AS n4, sum(delivered_kzt) AS k4,
            sum(discounted) AS nd, sum(discounted_kzt) AS kd,
            sum(paid) AS np, sum(paid_kzt) AS kp,
            sum(lowered_kzt) AS kl,
            sum(given_back) AS nr, sum(refunded_kzt) AS kr,
            sum(refund_due_kzt) AS ko
        FROM report_outcomes_daily
        WHERE `day` BETWEEN {from:Date} AND {to:Date}
        GROUP BY outcome, outcome_reason
    ),
    lines AS
    (
        SELECT
            arrayJoin([
                (1, 'level', 'found', '', n1, k1),
                (10, 'level', 'detected', '', n1, k1),
                (11, 'loss', outcome, outcome_reason, n1 - n2, k1 - k2_before),
                (12, 'loss', 'repriced at review', '', 0, k2_before - k2),
                (20, 'level', 'confirmed', '', n2, k2),
                (21, 'loss', outcome, outcome_reason, n2 - n3, k2 - k3_before),
                (22, 'loss', 'repriced when issued: index of that day', '', 0, k3_before - k3),
                (30, 'level', 'issued', '', n3, k3),
                (31, 'loss', outcome, outcome_reason, n3 - n4, k3 - k4),
                (40, 'level', 'delivered', '', n4, k4),
                (41, 'loss', multiIf(outcome IN ('discounted', 'cancelled after discount'), 'discount of the law',
                                     outcome IN ('paid', 'cancelled after payment'), 'paid less than imposed', outcome),
                    if(startsWith(outcome, 'cancelled after'), '', outcome_reason), n4 - nd - np, k4 - kl - kd - kp),
                (42, 'loss', 'lowered by a court', '', 0, kl),
                (50, 'level', 'collected', '', nd + np, kd + kp),
                (51, 'of which', 'discounted', '', nd, kd),
                (52, 'of which', 'paid', '', np, kp),
                (53, 'loss', if(startsWith(outcome, 'cancelled'), 'given back: cancelled', 'given back: lowered'), outcome_reason, nr, kr),
                (60, 'level', 'net', '', nd + np - nr, kd + kp - kr),
                (61, 'of which', 'to be given back', '', 0, ko)]) AS line
        FROM sums
        UNION ALL
        SELECT
            arrayJoin([
                (1, 'level', 'found', '', n0, 0),
                (10, 'level', 'detected', '', 0, 0),
                (2, 'loss', concat('not opened: ', why), reason, n0, 0)]) AS line
        FROM
        (
            SELECT why, reason, sum(violations) AS n0
            FROM report_unopened_daily
            WHERE `day` BETWEEN {from:Date} AND {to:Date}
            GROUP BY why, reason
        )
    )
SELECT
    line.2 AS part,
    multiIf(line.1 < 10, 'found', line.1 < 20, 'detected', line.1 < 30, 'confirmed', line.1 < 40, 'issued', line.1 < 50, 'delivered', line.1 < 60, 'collected', 'net') AS `after`,
    line.3 AS name,
    line.4 AS reason,
    sum(line.5) AS cases,
    sum(line.6) AS kzt
FROM lines
GROUP BY line.1, line.2, line.3, line.4
HAVING part != 'loss' OR cases != 0 OR kzt != 0
ORDER BY line.1, kzt DESC, name, reason
