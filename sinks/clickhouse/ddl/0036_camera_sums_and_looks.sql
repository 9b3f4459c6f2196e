-- Yields of cameras, cumulated by month: the report `cameras` takes any whole months as the difference of two sums, one row a camera
-- in place of one a camera and month (decision 0269). Filled from what there is: months whose facts have gone keep theirs.

CREATE TABLE IF NOT EXISTS report_camera_sums
(
    camera_id LowCardinality(String) COMMENT 'The camera.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    months Array(Date) COMMENT 'First days of the months with offences, Almaty\'s, ascending.',
    violations Array(Int64) COMMENT 'Cases up to the end of each of them: one a violation that was proposed to review.',
    confirmed Array(Int64) COMMENT 'Likewise, cases that an officer confirmed.',
    rejected Array(Int64) COMMENT 'Likewise, cases that an officer rejected.',
    issued Array(Int64) COMMENT 'Likewise, prescriptions issued.',
    imposed_kzt Array(Int64) COMMENT 'Likewise, fines imposed by prescriptions, tenge.',
    collected_kzt Array(Int64) COMMENT 'Likewise, money received, tenge.'
)
ENGINE = MergeTree
ORDER BY (camera_id, district, owner)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Sums of report_cameras_monthly from the first month on: whole months of a period are the difference of two elements.';

INSERT INTO report_camera_sums SETTINGS insert_deduplicate = 0
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
WHERE (SELECT count() FROM report_camera_sums) = 0
GROUP BY camera_id, district, owner;

-- Looks at a case outside the desk are looks, too (decision 0270).
ALTER TABLE case_looks COMMENT COLUMN opened 'What was opened: case; plate, the sealed plate of the case; evidence, what the store keeps of it; price, why it costs what it costs; acts, who opened and decided it.';
ALTER TABLE case_looks COMMENT COLUMN role 'Role in which the officer looked: reviewer, senior, or none, of a look at the price by somebody who is no officer.';
