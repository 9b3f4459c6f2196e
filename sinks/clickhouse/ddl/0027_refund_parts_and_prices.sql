-- Refunds in parts: each part is a step of its own, and reports put it under its own day. And what decides on a price: whose vehicle
-- it is, and what a court left of the fine. Months that were made before are made anew by the next report or refresh.

ALTER TABLE case_events_messages DROP CONSTRAINT IF EXISTS step_is_known;
ALTER TABLE case_events_messages ADD CONSTRAINT IF NOT EXISTS step_is_known CHECK `step` IN ('DETECTED', 'CONFIRMED', 'REJECTED', 'ISSUED', 'DELIVERED', 'DISCOUNTED', 'PAID', 'APPEALED', 'CANCELLED', 'IN_FORCE', 'ENFORCED', 'LAPSED', 'CHANGED', 'REFUND_DUE', 'REFUNDED', 'REFUND_PART');

ALTER TABLE report_builds COMMENT COLUMN state 'What the partition was when it was read: number of its newest block, and the form of the tables that were made. Another one now: the reports are older than the facts.';

ALTER TABLE report_cases ADD COLUMN IF NOT EXISTS refund_days Array(Date) COMMENT 'Days on which money received was given back, part by part.';
ALTER TABLE report_cases ADD COLUMN IF NOT EXISTS refund_parts_kzt Array(Int64) COMMENT 'What was given back on each of these days, tenge; together refunded_kzt.';
ALTER TABLE report_cases COMMENT COLUMN refunded_day 'Day of the step REFUNDED: all was given back.';
ALTER TABLE report_revenue_daily COMMENT COLUMN given_back 'Cases all of whose money was given back because they were cancelled.';
ALTER TABLE report_cash_daily COMMENT COLUMN refunded_kzt 'Money received that was given back on that day, in whole or in part, tenge.';

ALTER TABLE report_prices ADD COLUMN IF NOT EXISTS owner_class LowCardinality(String) COMMENT 'Class of the vehicle\'s owner by the city\'s tables, by which some articles are priced; empty: the vehicle is in none.';
ALTER TABLE report_prices ADD COLUMN IF NOT EXISTS lowered_to_kzt Int64 COMMENT 'What a court left of each fine before it was paid, tenge; 0: no court lowered it.';
