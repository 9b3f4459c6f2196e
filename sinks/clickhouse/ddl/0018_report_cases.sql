-- What reports read. No topic feeds these tables and no insert adds to them: `vigil report refresh` makes each month anew
-- from the facts, which hold each step once, and puts it in the place of the old one. So a repeated message, a replayed day or a
-- second refresh changes no sum. Days are Almaty's.

CREATE TABLE IF NOT EXISTS report_builds
(
    source LowCardinality(String) COMMENT 'Table of facts that was read, or table that is made as a whole.',
    source_month UInt32 COMMENT 'Partition of the facts, YYYYMM; 0 for a table that is made as a whole.',
    state String COMMENT 'What the partition was when it was read: number of its newest block. Another one now: the reports are older than the facts.',
    rows_through DateTime64(3, 'UTC') COMMENT 'When the newest row that was read had reached ClickHouse.',
    built_at DateTime64(3, 'UTC') COMMENT 'When the month was made.'
)
ENGINE = ReplacingMergeTree(built_at)
ORDER BY (source, source_month)
COMMENT 'How fresh the tables of the reports are: one row a month of facts that they were made from. Read it with FINAL.';

CREATE TABLE IF NOT EXISTS report_cases
(
    source_month UInt32 COMMENT 'Month of the offence in UTC, YYYYMM: what is made anew at a time.',
    case_id String COMMENT 'The case.',
    offence_day Date COMMENT 'Day of the offence.',
    kind LowCardinality(String) COMMENT 'Kind of the violation.',
    article LowCardinality(String) COMMENT 'Article applied last; empty where none was.',
    tariff_version LowCardinality(String) COMMENT 'Version of the tariff applied last; empty where none was.',
    tier UInt8 COMMENT 'Tier of the price: 1 first offence, 2 repeat within a year; 0: no prescription was issued.',
    camera_id LowCardinality(String) COMMENT 'The camera.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    vehicle UInt64 COMMENT 'Hash of the vehicle\'s key; 0 where the plate is unread.',
    outcome LowCardinality(String) COMMENT 'Where the case stands: rejected, lapsed, cancelled, confirmed not issued, awaits review, awaits delivery, term runs, appealed, in force unpaid, with bailiffs, discounted, paid.',
    outcome_reason LowCardinality(String) COMMENT 'Why it ended without money: reason of its last step; else empty.',
    detected_kzt Int64 COMMENT 'Fine by the law of the day of the offence, tenge.',
    confirmed UInt8 COMMENT '1: an officer confirmed it.',
    confirmed_kzt Int64 COMMENT 'Fine as confirmed, tenge.',
    issued UInt8 COMMENT '1: a prescription was issued.',
    imposed_kzt Int64 COMMENT 'Fine imposed by the prescription, tenge.',
    delivered UInt8 COMMENT '1: it was delivered, or paid without that.',
    discounted UInt8 COMMENT '1: half was paid within the term of the discount.',
    discounted_kzt Int64 COMMENT 'Money received with the discount, tenge.',
    paid UInt8 COMMENT '1: it was paid without the discount.',
    paid_kzt Int64 COMMENT 'Money received without the discount, tenge.',
    detected_day Date COMMENT 'Day of the step DETECTED.',
    confirmed_day Nullable(Date) COMMENT 'Day of the step CONFIRMED.',
    issued_day Nullable(Date) COMMENT 'Day of the step ISSUED: the case is initiated.',
    delivered_day Nullable(Date) COMMENT 'Day of the step DELIVERED.',
    appealed_day Nullable(Date) COMMENT 'Day of the step APPEALED.',
    in_force_day Nullable(Date) COMMENT 'Day of the step IN_FORCE.',
    enforced_day Nullable(Date) COMMENT 'Day of the step ENFORCED.',
    discounted_day Nullable(Date) COMMENT 'Day of the step DISCOUNTED.',
    paid_day Nullable(Date) COMMENT 'Day of the step PAID.',
    closed_day Nullable(Date) COMMENT 'Day of the step that ended the case: DISCOUNTED, PAID, REJECTED, CANCELLED or LAPSED.',
    created_at DateTime('UTC') COMMENT 'Kafka CreateTime of its newest step.'
)
ENGINE = MergeTree
PARTITION BY source_month
ORDER BY (offence_day, article, district, case_id)
TTL toDateTime(created_at) + INTERVAL 1104 DAY
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'One row a case with all its money and days. No names, no keys; kept as long as the facts it is made from.';

CREATE TABLE IF NOT EXISTS report_revenue_daily
(
    source_month UInt32 COMMENT 'Month of the offence in UTC, YYYYMM: what is made anew at a time.',
    `day` Date COMMENT 'Day of the offence.',
    article LowCardinality(String) COMMENT 'Article applied last; empty where none was.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
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
    paid_kzt Int64 COMMENT 'Money received without the discount, tenge.'
)
ENGINE = MergeTree
PARTITION BY source_month
ORDER BY (`day`, article, district, owner, outcome, outcome_reason)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Sums of report_cases by the day of the offence, wherever and whenever the steps after it came.';

CREATE TABLE IF NOT EXISTS report_cash_daily
(
    source_month UInt32 COMMENT 'Month of the offence in UTC, YYYYMM: what is made anew at a time.',
    `day` Date COMMENT 'Day of the step itself: of the proposal, the confirmation, the prescription, the payment.',
    article LowCardinality(String) COMMENT 'Article applied last; empty where none was.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    violations Int64 COMMENT 'Cases proposed to review on that day.',
    detected_kzt Int64 COMMENT 'Their fines by the law of the day of the offence, tenge.',
    confirmed Int64 COMMENT 'Cases confirmed on that day.',
    issued Int64 COMMENT 'Prescriptions issued on that day.',
    imposed_kzt Int64 COMMENT 'Fines imposed on that day, tenge.',
    delivered Int64 COMMENT 'Prescriptions delivered on that day.',
    discounted Int64 COMMENT 'Payments with the discount on that day.',
    discounted_kzt Int64 COMMENT 'Money received with the discount on that day, tenge.',
    paid Int64 COMMENT 'Payments without the discount on that day.',
    paid_kzt Int64 COMMENT 'Money received without the discount on that day, tenge.'
)
ENGINE = MergeTree
PARTITION BY source_month
ORDER BY (`day`, article, district, owner)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Sums of report_cases by the day on which each step happened: what came in, by cash date.';

CREATE TABLE IF NOT EXISTS report_unpaid_moves
(
    source_month UInt32 COMMENT 'Month of the offence in UTC, YYYYMM: what is made anew at a time.',
    issued_day Date COMMENT 'Day on which the prescriptions were issued.',
    `day` Date COMMENT 'Day of the move.',
    stage LowCardinality(String) COMMENT 'Stage that cases enter or leave: awaits delivery, term runs, appealed, in force unpaid, with bailiffs.',
    article LowCardinality(String) COMMENT 'Article applied last; empty where none was.',
    cases Int64 COMMENT 'Cases that enter the stage less those that leave it.',
    kzt Int64 COMMENT 'Their imposed fines, tenge, with the same sign.'
)
ENGINE = MergeTree
PARTITION BY source_month
ORDER BY (`day`, issued_day, stage, article)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Unpaid prescriptions as moves between stages: the sum over all days to D is what was unpaid at the end of D.';

CREATE TABLE IF NOT EXISTS report_prices
(
    source_month UInt32 COMMENT 'Month of the offence in UTC, YYYYMM: what is made anew at a time.',
    article LowCardinality(String) COMMENT 'Article applied last.',
    tier UInt8 COMMENT 'Tier of the price: 1 first offence, 2 repeat within a year.',
    offence_day Date COMMENT 'Day of the offence.',
    issued_day Date COMMENT 'Day on which the case was initiated.',
    imposed_each_kzt Int64 COMMENT 'Fine of each of them, tenge.',
    issued Int64 COMMENT 'Prescriptions.',
    discounted Int64 COMMENT 'Of them, paid by half within the term of the discount.',
    discounted_kzt Int64 COMMENT 'Money received with the discount, tenge.',
    paid Int64 COMMENT 'Of them, paid without the discount.',
    paid_kzt Int64 COMMENT 'Money received without the discount, tenge.'
)
ENGINE = MergeTree
PARTITION BY source_month
ORDER BY (offence_day, issued_day, article, tier)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Prescriptions by what decides on their price: what another tariff is applied to.';

CREATE TABLE IF NOT EXISTS report_cameras_monthly
(
    source_month UInt32 COMMENT 'Month of the offence in UTC, YYYYMM: what is made anew at a time.',
    `month` Date COMMENT 'First day of the month of the offence, in Almaty.',
    camera_id LowCardinality(String) COMMENT 'The camera.',
    district LowCardinality(String) COMMENT 'District of the camera.',
    owner LowCardinality(String) COMMENT 'Who runs the camera.',
    violations Int64 COMMENT 'Cases: one a violation that was proposed to review.',
    confirmed Int64 COMMENT 'Cases that an officer confirmed.',
    rejected Int64 COMMENT 'Cases that an officer rejected.',
    issued Int64 COMMENT 'Prescriptions issued.',
    imposed_kzt Int64 COMMENT 'Fines imposed by prescriptions, tenge.',
    collected_kzt Int64 COMMENT 'Money received, tenge.'
)
ENGINE = MergeTree
PARTITION BY source_month
ORDER BY (`month`, camera_id)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'Yield of each camera by whole months; single days are in report_cases.';

CREATE TABLE IF NOT EXISTS report_repeaters
(
    days Array(Date) COMMENT 'Days of the offences of one vehicle for which a prescription was issued.',
    imposed_kzt Array(Int64) COMMENT 'Fine of each, tenge.',
    collected_kzt Array(Int64) COMMENT 'Money received for each, tenge.',
    repeats Array(UInt8) COMMENT '1 for each that was priced as a repeat.',
    first_day Date COMMENT 'First of the days.',
    last_day Date COMMENT 'Last of the days.',
    all_penalties UInt32 COMMENT 'How many days.',
    all_imposed_kzt Int64 COMMENT 'Sum of imposed_kzt, tenge.',
    all_collected_kzt Int64 COMMENT 'Sum of collected_kzt, tenge.',
    all_repeats UInt32 COMMENT 'Sum of repeats.'
)
ENGINE = MergeTree
ORDER BY (first_day, last_day)
SETTINGS non_replicated_deduplication_window = 1000
COMMENT 'One row a vehicle with a prescription, without anything that names it: how often, and what it cost.';
