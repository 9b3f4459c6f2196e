-- Smaller sums of what reports ask most: a report's time beyond a fixed part grows with the rows that it reads (decision 0203). All are made
-- by `vigil report refresh` with the tables that they are summed from; months that were made before are due.

CREATE TABLE IF NOT EXISTS report_offences_daily
(
    source_month UInt32 COMMENT 'Month of the offence in UTC, YYYYMM: what is made anew at a time.',
    `day` Date COMMENT 'Day of the offence.',
    article LowCardinality(String) COMMENT 'Article applied last; empty where none was.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    owner_class LowCardinality(String) COMMENT 'Class of the vehicle\'s owner by the city\'s tables; empty: the vehicle is in none.',
    violations Int64 COMMENT 'Cases: one a violation that was proposed to review.',
    detected_kzt Int64 COMMENT 'Fines by the law of the day of the offence, tenge.',
    confirmed Int64 COMMENT 'Cases that an officer confirmed.',
    issued Int64 COMMENT 'Prescriptions issued.',
    imposed_kzt Int64 COMMENT 'Fines imposed by prescriptions, tenge.',
    discounted Int64 COMMENT 'Cases in which half was paid within the term of the discount.',
    discounted_kzt Int64 COMMENT 'Money received with the discount, tenge.',
    paid Int64 COMMENT 'Cases paid without the discount.',
    paid_kzt Int64 COMMENT 'Money received without the discount, tenge.',
    refunded_kzt Int64 COMMENT 'Of the money received, what was given back, tenge.'
)
ENGINE = MergeTree
PARTITION BY source_month
ORDER BY (`day`, article, district, owner, owner_class)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Sums of report_revenue_daily, however the cases ended.';

CREATE TABLE IF NOT EXISTS report_outcomes_daily
(
    source_month UInt32 COMMENT 'Month of the offence in UTC, YYYYMM: what is made anew at a time.',
    `day` Date COMMENT 'Day of the offence.',
    outcome LowCardinality(String) COMMENT 'Where the cases stand, as in report_cases.',
    outcome_reason LowCardinality(String) COMMENT 'Why they ended without money.',
    violations Int64 COMMENT 'Cases: one a violation that was proposed to review.',
    detected_kzt Int64 COMMENT 'Fines by the law of the day of the offence, tenge.',
    confirmed Int64 COMMENT 'Cases that an officer confirmed.',
    confirmed_detected_kzt Int64 COMMENT 'Of detected_kzt, that of confirmed cases.',
    confirmed_kzt Int64 COMMENT 'Fines as confirmed, tenge.',
    issued Int64 COMMENT 'Prescriptions issued.',
    issued_confirmed_kzt Int64 COMMENT 'Of confirmed_kzt, that of cases with a prescription.',
    imposed_kzt Int64 COMMENT 'Fines imposed by prescriptions, tenge.',
    delivered Int64 COMMENT 'Prescriptions delivered.',
    delivered_kzt Int64 COMMENT 'Of imposed_kzt, that of delivered prescriptions.',
    discounted Int64 COMMENT 'Cases in which half was paid within the term of the discount.',
    discounted_kzt Int64 COMMENT 'Money received with the discount, tenge.',
    paid Int64 COMMENT 'Cases paid without the discount.',
    paid_kzt Int64 COMMENT 'Money received without the discount, tenge.',
    lowered_kzt Int64 COMMENT 'What courts took off delivered fines before they were paid, tenge.',
    given_back Int64 COMMENT 'Cases all of whose money was given back because they were cancelled.',
    refunded_kzt Int64 COMMENT 'Of the money received, what was given back, tenge.',
    refund_due_kzt Int64 COMMENT 'Of the money received, what is to be given back and was not yet, tenge.'
)
ENGINE = MergeTree
PARTITION BY source_month
ORDER BY (`day`, outcome, outcome_reason)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Sums of report_revenue_daily, whatever the cases were about.';

CREATE TABLE IF NOT EXISTS report_repeat_sums
(
    first_day Date COMMENT 'Day of the first offence of these vehicles for which a prescription was issued.',
    last_day Date COMMENT 'Day of the last one.',
    band LowCardinality(String) COMMENT 'How many prescriptions each of them has: 1, 2, 3-4, 5-9, 10 or more.',
    vehicles Int64 COMMENT 'Vehicles.',
    issued Int64 COMMENT 'Their prescriptions.',
    imposed_kzt Int64 COMMENT 'Fines of these, tenge.',
    collected_kzt Int64 COMMENT 'Money received for these, tenge.',
    repeats Int64 COMMENT 'Of these prescriptions, those that were priced as a repeat.'
)
ENGINE = MergeTree
ORDER BY (first_day, last_day, band)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Sums of report_repeaters: vehicles whose offences all lie in a period are counted by these.';

CREATE TABLE IF NOT EXISTS report_review_days
(
    source_month UInt32 COMMENT 'Month of the decision in UTC, YYYYMM: what is made anew at a time.',
    `day` Date COMMENT 'Day of the decision, Almaty\'s.',
    officers Array(LowCardinality(String)) COMMENT 'Pseudonymous identifiers of the officers who decided.',
    reviews Int64 COMMENT 'Decisions.',
    confirmed Int64 COMMENT 'Decisions to confirm.',
    rejected Int64 COMMENT 'Decisions to reject.',
    look_s Int64 COMMENT 'Time from opening the case to the decision, all together, seconds.',
    looks AggregateFunction(quantilesTimingArray(0.5, 0.95), Array(UInt16)) COMMENT 'Median and 95th percentile of that time, seconds, as a state: quantilesTimingArrayMerge(0.5, 0.95)(looks) puts days together.'
)
ENGINE = MergeTree
PARTITION BY source_month
ORDER BY (`day`)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Sums of report_reviews_daily by day alone.';

ALTER TABLE report_cameras_monthly ADD COLUMN IF NOT EXISTS detected_kzt Int64 COMMENT 'Fines by the law of the day of the offence, tenge.';
ALTER TABLE report_cameras_monthly ADD COLUMN IF NOT EXISTS discounted Int64 COMMENT 'Cases in which half was paid within the term of the discount.';
ALTER TABLE report_cameras_monthly ADD COLUMN IF NOT EXISTS discounted_kzt Int64 COMMENT 'Money received with the discount, tenge.';
ALTER TABLE report_cameras_monthly ADD COLUMN IF NOT EXISTS paid Int64 COMMENT 'Cases paid without the discount.';
ALTER TABLE report_cameras_monthly ADD COLUMN IF NOT EXISTS paid_kzt Int64 COMMENT 'Money received without the discount, tenge.';
ALTER TABLE report_cameras_monthly ADD COLUMN IF NOT EXISTS refunded_kzt Int64 COMMENT 'Of the money received, what was given back, tenge.';

CREATE TABLE IF NOT EXISTS report_cameras_cash_monthly
(
    source_month UInt32 COMMENT 'Month of the offence in UTC, YYYYMM: what is made anew at a time.',
    `month` Date COMMENT 'First day of the month of the step itself, in Almaty.',
    camera_id LowCardinality(String) COMMENT 'The camera.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    violations Int64 COMMENT 'Cases proposed to review in that month.',
    detected_kzt Int64 COMMENT 'Their fines by the law of the day of the offence, tenge.',
    confirmed Int64 COMMENT 'Cases confirmed in that month.',
    issued Int64 COMMENT 'Prescriptions issued in that month.',
    imposed_kzt Int64 COMMENT 'Fines imposed in that month, tenge.',
    discounted Int64 COMMENT 'Payments with the discount in that month.',
    discounted_kzt Int64 COMMENT 'Money received with the discount in that month, tenge.',
    paid Int64 COMMENT 'Payments without the discount in that month.',
    paid_kzt Int64 COMMENT 'Money received without the discount in that month, tenge.',
    refunded_kzt Int64 COMMENT 'Money received that was given back in that month, in whole or in part, tenge.'
)
ENGINE = MergeTree
PARTITION BY source_month
ORDER BY (`month`, camera_id)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Sums of report_cases by camera and the month in which each step happened; single days are in report_cases.';

CREATE TABLE IF NOT EXISTS report_unpaid_stages
(
    source_month UInt32 COMMENT 'Month of the offence in UTC, YYYYMM: what is made anew at a time.',
    issued_day Date COMMENT 'Day on which the prescriptions were issued.',
    `day` Date COMMENT 'Day of the move.',
    stage LowCardinality(String) COMMENT 'Stage that cases enter or leave, as in report_unpaid_moves.',
    cases Int64 COMMENT 'Cases that enter, less cases that leave.',
    kzt Int64 COMMENT 'Their fines, tenge, with the same sign; from the decision of a court that lowered one, the new fine.'
)
ENGINE = MergeTree
PARTITION BY source_month
ORDER BY (issued_day, `day`, stage)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Sums of report_unpaid_moves, whatever the article.';
