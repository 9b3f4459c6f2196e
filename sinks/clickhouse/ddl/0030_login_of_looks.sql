-- case-looks, lead-looks: whose login of the desk's machine a look was made under, beside the pseudonym that was typed.

ALTER TABLE case_looks
    ADD COLUMN IF NOT EXISTS login LowCardinality(String) DEFAULT '' COMMENT 'User of the desk\'s machine who looked, as its system knows it; empty: from before it was recorded.';
ALTER TABLE lead_looks
    ADD COLUMN IF NOT EXISTS login LowCardinality(String) DEFAULT '' COMMENT 'User of the desk\'s machine who looked or decided, as its system knows it; empty: from before it was recorded.';
