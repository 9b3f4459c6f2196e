-- case-looks: an opened plate is a look of its own, on record before the plate is shown.

ALTER TABLE case_looks
    ADD COLUMN IF NOT EXISTS opened LowCardinality(String) DEFAULT 'case' COMMENT 'What was opened: case, or plate, the sealed plate of the case.';
