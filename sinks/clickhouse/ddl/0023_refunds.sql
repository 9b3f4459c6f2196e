-- Courts' decisions and money given back: the steps and reports that tell of them, and what reports make of them. The columns come
-- last, and are 0 in the months that were made before: no step told of a refund then.

ALTER TABLE payments_messages DROP CONSTRAINT IF EXISTS kind_is_known;
ALTER TABLE payments_messages ADD CONSTRAINT IF NOT EXISTS kind_is_known CHECK kind IN ('DELIVERED', 'PAYMENT', 'APPEAL', 'COURT_DECISION', 'REFUND');
ALTER TABLE payments_messages COMMENT COLUMN amount_kzt 'Amount paid or given back, tenge; of a fine that a court changed, the new fine; 0 elsewhere.';
ALTER TABLE payments_messages COMMENT COLUMN outcome 'Outcome of a court decision: upheld, changed or cancelled.';
ALTER TABLE payments_facts COMMENT COLUMN amount_kzt 'Amount paid or given back, tenge; of a fine that a court changed, the new fine; 0 elsewhere.';
ALTER TABLE payments_facts COMMENT COLUMN outcome 'Outcome of a court decision: upheld, changed or cancelled.';

ALTER TABLE case_events_messages DROP CONSTRAINT IF EXISTS step_is_known;
ALTER TABLE case_events_messages ADD CONSTRAINT IF NOT EXISTS step_is_known CHECK `step` IN ('DETECTED', 'CONFIRMED', 'REJECTED', 'ISSUED', 'DELIVERED', 'DISCOUNTED', 'PAID', 'APPEALED', 'CANCELLED', 'IN_FORCE', 'ENFORCED', 'LAPSED', 'CHANGED', 'REFUND_DUE', 'REFUNDED');

ALTER TABLE report_cases ADD COLUMN IF NOT EXISTS lowered_kzt Int64 COMMENT 'What a court took off the fine before it was paid, tenge.';
ALTER TABLE report_cases ADD COLUMN IF NOT EXISTS refund_due_kzt Int64 COMMENT 'Of the money received, what is to be given back and was not yet, tenge.';
ALTER TABLE report_cases ADD COLUMN IF NOT EXISTS refunded_kzt Int64 COMMENT 'Of the money received, what was given back, tenge.';
ALTER TABLE report_cases ADD COLUMN IF NOT EXISTS changed_day Nullable(Date) COMMENT 'Day of the last step CHANGED: a court lowered the fine.';
ALTER TABLE report_cases ADD COLUMN IF NOT EXISTS refunded_day Nullable(Date) COMMENT 'Day of the step REFUNDED.';
ALTER TABLE report_cases COMMENT COLUMN outcome 'Where the case stands: rejected, lapsed, cancelled, cancelled after payment, cancelled after discount, confirmed not issued, awaits review, awaits delivery, term runs, appealed, in force unpaid, with bailiffs, discounted, paid.';
ALTER TABLE report_cases COMMENT COLUMN outcome_reason 'Why it ended without money, or was cancelled: reason of that step; else empty.';
ALTER TABLE report_cases COMMENT COLUMN in_force_day 'Day of the last step IN_FORCE.';
ALTER TABLE report_cases COMMENT COLUMN closed_day 'Day of the first step that ended the case: DISCOUNTED, PAID, REJECTED, CANCELLED or LAPSED.';

ALTER TABLE report_revenue_daily ADD COLUMN IF NOT EXISTS lowered_kzt Int64 COMMENT 'What courts took off delivered fines before they were paid, tenge.';
ALTER TABLE report_revenue_daily ADD COLUMN IF NOT EXISTS given_back Int64 COMMENT 'Cases whose money was given back because they were cancelled.';
ALTER TABLE report_revenue_daily ADD COLUMN IF NOT EXISTS refunded_kzt Int64 COMMENT 'Of the money received, what was given back, tenge.';
ALTER TABLE report_revenue_daily ADD COLUMN IF NOT EXISTS refund_due_kzt Int64 COMMENT 'Of the money received, what is to be given back and was not yet, tenge.';

ALTER TABLE report_cash_daily ADD COLUMN IF NOT EXISTS refunded_kzt Int64 COMMENT 'Money received that was given back on that day, tenge.';
ALTER TABLE report_unpaid_moves COMMENT COLUMN kzt 'Their fines, tenge, with the same sign; from the decision of a court that lowered one, the new fine.';
