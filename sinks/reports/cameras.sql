-- cameras: uptime, gaps and yield of each camera.
--
-- {from:Date}, {to:Date}: both included, Almaty's; violations and money by the date of the offence. {limit:UInt32}: cameras shown,
-- those that brought most first; totals are of all. Whole months are the difference of two sums of report_camera_sums, days at the
-- edges come from report_cases.
-- uptime_ratio: time with picture over the time that the camera's reports cover; reported_ratio: that time over the whole period.
-- Null where no report of the connection exists. confirmed_ratio: of the decided.
WITH
    toStartOfMonth({from:Date} - 1) + INTERVAL 1 MONTH AS first_whole,
    toStartOfMonth({to:Date} + 1) AS after_whole,
    parts AS
    (
        SELECT
            camera_id,
            district,
            owner,
            -- an element before the first is 0
            arrayCount(m -> m < first_whole, c.months) AS before,
            arrayCount(m -> m < after_whole, c.months) AS through,
            c.violations[through] - c.violations[before] AS violations,
            c.confirmed[through] - c.confirmed[before] AS confirmed,
            c.rejected[through] - c.rejected[before] AS rejected,
            c.issued[through] - c.issued[before] AS issued,
            c.imposed_kzt[through] - c.imposed_kzt[before] AS imposed_kzt,
            c.collected_kzt[through] - c.collected_kzt[before] AS collected_kzt,
            0 AS reported_us,
            0 AS streaming_us,
            0 AS gaps,
            0 AS gap_us,
            0 AS reconnects
        FROM report_camera_sums AS c
        WHERE before < through
        UNION ALL
        SELECT camera_id, district, owner, 0, 0, 1, confirmed, outcome = 'rejected', issued, imposed_kzt, discounted_kzt + paid_kzt,
            0, 0, 0, 0, 0
        FROM report_cases
        WHERE offence_day BETWEEN {from:Date} AND {to:Date} AND NOT (offence_day >= first_whole AND offence_day < after_whole)
        UNION ALL
        SELECT camera_id, toLowCardinality(''), toLowCardinality(''), 0, 0, 0, 0, 0, 0, 0, 0,
            reported_us, streaming_us, gaps, gap_us, reconnects
        FROM report_camera_days FINAL
        WHERE `day` BETWEEN {from:Date} AND {to:Date}
    ),
    -- one row a camera, so that the totals can count them
    summed AS
    (
        SELECT
            camera_id,
            max(district) AS district,
            max(owner) AS owner,
            sum(violations) AS violations,
            sum(confirmed) AS confirmed,
            sum(rejected) AS rejected,
            sum(issued) AS issued,
            sum(imposed_kzt) AS imposed_kzt,
            sum(collected_kzt) AS collected_kzt,
            sum(reported_us) AS reported_us,
            sum(streaming_us) AS streaming_us,
            sum(gaps) AS gaps,
            sum(gap_us) AS gap_us,
            sum(reconnects) AS reconnects
        FROM parts
        GROUP BY camera_id
    )
SELECT
    s.camera_id AS `group`,
    any(s.district) AS district,
    any(s.owner) AS owner,
    if(sum(s.reported_us) = 0, NULL, round(sum(s.streaming_us) / sum(s.reported_us), 4)) AS uptime_ratio,
    if(sum(s.reported_us) = 0, NULL,
        round(sum(s.reported_us) / (({to:Date} - {from:Date} + 1) * 86400000000 * count()), 4)) AS reported_ratio,
    if(sum(s.reported_us) = 0, NULL, sum(s.gaps)) AS gaps,
    if(sum(s.reported_us) = 0, NULL, round(sum(s.gap_us) / 1000000, 1)) AS gap_s,
    if(sum(s.reported_us) = 0, NULL, sum(s.reconnects)) AS reconnects,
    sum(s.violations) AS violations,
    if(sum(s.confirmed) + sum(s.rejected) = 0, NULL, round(sum(s.confirmed) / (sum(s.confirmed) + sum(s.rejected)), 4)) AS confirmed_ratio,
    sum(s.issued) AS issued,
    sum(s.imposed_kzt) AS imposed_kzt,
    sum(s.collected_kzt) AS collected_kzt
FROM summed AS s
GROUP BY `group` WITH TOTALS
ORDER BY collected_kzt DESC, `group`
LIMIT {limit:UInt32}
