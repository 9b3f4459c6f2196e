-- Yield of each camera from the first month to each month: a period's is the difference of two.
-- A month may be there twice, from two months in UTC; sums up to it are right all the same.
WITH arraySort(groupArray((m.`month`, m.violations, m.confirmed, m.rejected, m.issued, m.imposed_kzt, m.collected_kzt))) AS rows
SELECT
    camera_id,
    district,
    owner,
    rows.1 AS months,
    arrayCumSum(rows.2) AS violations,
    arrayCumSum(rows.3) AS confirmed,
    arrayCumSum(rows.4) AS rejected,
    arrayCumSum(rows.5) AS issued,
    arrayCumSum(rows.6) AS imposed_kzt,
    arrayCumSum(rows.7) AS collected_kzt
FROM report_cameras_monthly AS m
GROUP BY camera_id, district, owner
