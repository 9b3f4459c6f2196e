-- cameras: uptime, gaps and yield of each camera.
--
-- {from:Date}, {to:Date}: both included, Almaty's; violations and money by the date of the offence. {limit:UInt32}: cameras shown,
-- those that brought most first; totals are of all. Whole months come from report_cameras_monthly, days at the edges from report_cases.
-- uptime_ratio: time with picture over the time that the camera's reports cover; reported_ratio: that time over the whole period.
-- Null where no report of the connection exists. confirmed_ratio: of the decided.
WITH
    toStartOfMonth({from:Date} - 1) + INTERVAL 1 MONTH AS first_whole,
    toStartOfMonth({to:Date} + 1) AS after_whole,
    yields AS
    (
        SELECT camera_id, district, owner, violations, confirmed, rejected, issued, imposed_kzt, collected_kzt
        FROM report_cameras_monthly
        WHERE `month` >= first_whole AND `month` < after_whole
        UNION ALL
        SELECT camera_id, district, owner, 1, confirmed, outcome = 'rejected', issued, imposed_kzt, discounted_kzt + paid_kzt
        FROM report_cases
        WHERE offence_day BETWEEN {from:Date} AND {to:Date} AND NOT (offence_day >= first_whole AND offence_day < after_whole)
        UNION ALL
        SELECT camera_id, '', '', 0, 0, 0, 0, 0, 0 FROM report_camera_days WHERE `day` BETWEEN {from:Date} AND {to:Date} GROUP BY camera_id
    ),
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
            sum(collected_kzt) AS collected_kzt
        FROM yields
        GROUP BY camera_id
    ),
    connections AS
    (
        SELECT
            camera_id,
            sum(reported_us) AS reported_us,
            sum(streaming_us) AS streaming_us,
            sum(gaps) AS gaps,
            sum(gap_us) AS gap_us,
            sum(reconnects) AS reconnects
        FROM report_camera_days FINAL
        WHERE `day` BETWEEN {from:Date} AND {to:Date}
        GROUP BY camera_id
    )
SELECT
    s.camera_id AS `group`,
    any(s.district) AS district,
    any(s.owner) AS owner,
    if(sum(c.reported_us) = 0, NULL, round(sum(c.streaming_us) / sum(c.reported_us), 4)) AS uptime_ratio,
    if(sum(c.reported_us) = 0, NULL,
        round(sum(c.reported_us) / (({to:Date} - {from:Date} + 1) * 86400000000 * count()), 4)) AS reported_ratio,
    if(sum(c.reported_us) = 0, NULL, sum(c.gaps)) AS gaps,
    if(sum(c.reported_us) = 0, NULL, round(sum(c.gap_us) / 1000000, 1)) AS gap_s,
    if(sum(c.reported_us) = 0, NULL, sum(c.reconnects)) AS reconnects,
    sum(s.violations) AS violations,
    if(sum(s.confirmed) + sum(s.rejected) = 0, NULL, round(sum(s.confirmed) / (sum(s.confirmed) + sum(s.rejected)), 4)) AS confirmed_ratio,
    sum(s.issued) AS issued,
    sum(s.imposed_kzt) AS imposed_kzt,
    sum(s.collected_kzt) AS collected_kzt
FROM summed AS s
LEFT JOIN connections AS c ON c.camera_id = s.camera_id
GROUP BY `group` WITH TOTALS
ORDER BY collected_kzt DESC, `group`
LIMIT {limit:UInt32}
