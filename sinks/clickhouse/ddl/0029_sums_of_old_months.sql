-- Puts what reports have already into the tables of 0028: facts of old months have gone by their term, so no refresh makes these months
-- again, and their sums stay (decisions 0140 and 0203). A month that is there is left alone, so this may run again; months that have
-- facts are made anew by the next refresh.

INSERT INTO report_offences_daily SETTINGS max_partitions_per_insert_block = 0, insert_deduplicate = 0
SELECT
    source_month,
    `day`,
    article,
    district,
    owner,
    owner_class,
    sum(r.violations) AS violations,
    sum(r.detected_kzt) AS detected_kzt,
    sum(r.confirmed) AS confirmed,
    sum(r.issued) AS issued,
    sum(r.imposed_kzt) AS imposed_kzt,
    sum(r.discounted) AS discounted,
    sum(r.discounted_kzt) AS discounted_kzt,
    sum(r.paid) AS paid,
    sum(r.paid_kzt) AS paid_kzt,
    sum(r.refunded_kzt) AS refunded_kzt
FROM report_revenue_daily AS r
WHERE source_month NOT IN (SELECT source_month FROM report_offences_daily)
GROUP BY source_month, `day`, article, district, owner, owner_class;

INSERT INTO report_outcomes_daily SETTINGS max_partitions_per_insert_block = 0, insert_deduplicate = 0
SELECT
    source_month,
    `day`,
    outcome,
    outcome_reason,
    sum(r.violations) AS violations,
    sum(r.detected_kzt) AS detected_kzt,
    sum(r.confirmed) AS confirmed,
    sum(r.confirmed_detected_kzt) AS confirmed_detected_kzt,
    sum(r.confirmed_kzt) AS confirmed_kzt,
    sum(r.issued) AS issued,
    sum(r.issued_confirmed_kzt) AS issued_confirmed_kzt,
    sum(r.imposed_kzt) AS imposed_kzt,
    sum(r.delivered) AS delivered,
    sum(r.delivered_kzt) AS delivered_kzt,
    sum(r.discounted) AS discounted,
    sum(r.discounted_kzt) AS discounted_kzt,
    sum(r.paid) AS paid,
    sum(r.paid_kzt) AS paid_kzt,
    sum(r.lowered_kzt) AS lowered_kzt,
    sum(r.given_back) AS given_back,
    sum(r.refunded_kzt) AS refunded_kzt,
    sum(r.refund_due_kzt) AS refund_due_kzt
FROM report_revenue_daily AS r
WHERE source_month NOT IN (SELECT source_month FROM report_outcomes_daily)
GROUP BY source_month, `day`, outcome, outcome_reason;

INSERT INTO report_unpaid_stages SETTINGS max_partitions_per_insert_block = 0, insert_deduplicate = 0
SELECT
    source_month,
    issued_day,
    `day`,
    stage,
    sum(m.cases) AS cases,
    sum(m.kzt) AS kzt
FROM report_unpaid_moves AS m
WHERE source_month NOT IN (SELECT source_month FROM report_unpaid_stages)
GROUP BY source_month, issued_day, `day`, stage;

INSERT INTO report_review_days SETTINGS max_partitions_per_insert_block = 0, insert_deduplicate = 0
SELECT
    source_month,
    `day`,
    arraySort(groupUniqArray(r.officer_id)) AS officers,
    sum(r.reviews) AS reviews,
    sumIf(r.reviews, r.verdict = 'CONFIRMED') AS confirmed,
    sumIf(r.reviews, r.verdict = 'REJECTED') AS rejected,
    sum(r.look_s) AS look_s,
    quantilesTimingArrayState(0.5, 0.95)(r.looks) AS looks
FROM report_reviews_daily AS r
WHERE source_month NOT IN (SELECT source_month FROM report_review_days)
GROUP BY source_month, `day`;

INSERT INTO report_repeat_sums SETTINGS insert_deduplicate = 0
SELECT
    first_day,
    last_day,
    multiIf(all_penalties = 1, '1', all_penalties = 2, '2', all_penalties < 5, '3-4', all_penalties < 10, '5-9', '10 or more') AS band,
    count() AS vehicles,
    sum(r.all_penalties) AS issued,
    sum(r.all_imposed_kzt) AS imposed_kzt,
    sum(r.all_collected_kzt) AS collected_kzt,
    sum(r.all_repeats) AS repeats
FROM report_repeaters AS r
WHERE (SELECT count() FROM report_repeat_sums) = 0
GROUP BY first_day, last_day, band;
