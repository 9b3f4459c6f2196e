-- revenue by camera and cash date: each figure by the day of its own step, as revenue by cash date has it.
--
-- {from:Date}, {to:Date}: days of the steps, both included, Almaty's. {limit:UInt32}: cameras shown, those that brought most first; totals
-- are of all. Whole months come from report_cameras_cash_monthly; days at the edges from report_cases, where any may have a step.
WITH
    toStartOfMonth({from:Date} - 1) + INTERVAL 1 MONTH AS first_whole,
    toStartOfMonth({to:Date} + 1) AS after_whole,
    (d -> d BETWEEN {from:Date} AND {to:Date} AND NOT (d >= first_whole AND d < after_whole)) AS at_edge,
    lines AS
    (
        SELECT
            camera_id, district, owner, violations, detected_kzt, confirmed, issued, imposed_kzt, discounted, discounted_kzt, paid,
            paid_kzt, refunded_kzt
        FROM report_cameras_cash_monthly
        WHERE `month` >= first_whole AND `month` < after_whole
        UNION ALL
        SELECT
            camera_id, district, owner,
            at_edge(detected_day), if(at_edge(detected_day), detected_kzt, 0),
            ifNull(at_edge(confirmed_day), 0),
            ifNull(at_edge(issued_day), 0), if(at_edge(issued_day), imposed_kzt, 0),
            ifNull(at_edge(discounted_day), 0), if(at_edge(discounted_day), discounted_kzt, 0),
            ifNull(at_edge(paid_day), 0), if(at_edge(paid_day), paid_kzt, 0),
            arraySum((d, kzt) -> if(at_edge(d), kzt, 0), refund_days, refund_parts_kzt)
        FROM report_cases
        -- no step comes before its offence; whole months have no edge, and nothing is read
        WHERE ({from:Date} < first_whole OR {to:Date} >= after_whole) AND offence_day <= {to:Date}
            AND (at_edge(detected_day) OR at_edge(confirmed_day) OR at_edge(issued_day) OR at_edge(discounted_day) OR at_edge(paid_day)
                OR arrayExists(d -> at_edge(d), refund_days))
    )
SELECT
    camera_id AS `group`,
    max(r.district) AS district,
    max(r.owner) AS owner,
    sum(r.violations) AS violations,
    sum(r.detected_kzt) AS detected_kzt,
    sum(r.confirmed) AS confirmed,
    sum(r.issued) AS issued,
    sum(r.imposed_kzt) AS imposed_kzt,
    sum(r.discounted) AS discounted,
    sum(r.discounted_kzt) AS discounted_kzt,
    sum(r.paid) AS paid,
    sum(r.paid_kzt) AS paid_kzt,
    sum(r.discounted_kzt + r.paid_kzt) AS collected_kzt,
    sum(r.refunded_kzt) AS refunded_kzt,
    sum(r.discounted_kzt + r.paid_kzt - r.refunded_kzt) AS net_kzt
FROM lines AS r
GROUP BY `group` WITH TOTALS
ORDER BY collected_kzt DESC, `group`
LIMIT {limit:UInt32}
