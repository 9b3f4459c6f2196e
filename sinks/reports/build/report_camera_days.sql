-- Each camera's connection on one day, {day:Date}, Almaty's.
SELECT
    {day:Date} AS `day`,
    camera_id,
    sum(window_us) AS reported_us,
    sumIf(greatest(window_us - h.gap_us, 0), status = 'STREAMING') AS streaming_us,
    sum(h.gaps) AS gaps,
    sum(least(h.gap_us, window_us)) AS gap_us,
    -- a counter since the process began: where it falls, the process is a new one
    arraySum(arrayMap(d -> greatest(d, 0), arrayDifference(arrayMap(p -> p.2, arraySort(groupArray((`at`, toInt64(h.reconnects)))))))) AS reconnects,
    now64(3, 'UTC') AS built_at
FROM camera_health_facts AS h FINAL
WHERE `at` >= toDateTime64(toDateTime({day:Date}, 'Asia/Almaty'), 6) AND `at` < toDateTime64(toDateTime({day:Date} + 1, 'Asia/Almaty'), 6)
GROUP BY camera_id
