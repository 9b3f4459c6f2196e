-- revenue by camera, by the date of the offence.
--
-- {from:Date}, {to:Date}: days of the offence, both included, Almaty's. {limit:UInt32}: cameras shown, those that brought most first; totals
-- are of all. Whole months come from report_cameras_monthly, days at the edges from report_cases. A month that was made last in the first
-- form lacks figures there and no facts are left to make them from: it is left out.
WITH
    toStartOfMonth({from:Date} - 1) + INTERVAL 1 MONTH AS first_whole,
    toStartOfMonth({to:Date} + 1) AS after_whole,
    lines AS
    (
        SELECT
            camera_id, district, owner, violations, detected_kzt, confirmed, issued, imposed_kzt, discounted, discounted_kzt, paid,
            paid_kzt, refunded_kzt
        FROM report_cameras_monthly
        WHERE `month` >= first_whole AND `month` < after_whole AND source_month NOT IN
        (
            SELECT source_month FROM report_builds FINAL WHERE source = 'case_events_facts' AND NOT match(state, ' form ')
        )
        UNION ALL
        SELECT
            camera_id, district, owner, 1, detected_kzt, confirmed, issued, imposed_kzt, discounted, discounted_kzt, paid, paid_kzt,
            refunded_kzt
        FROM report_cases
        WHERE offence_day BETWEEN {from:Date} AND {to:Date} AND NOT (offence_day >= first_whole AND offence_day < after_whole)
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
