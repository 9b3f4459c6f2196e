-- lead-looks: an opened plate is an act of its own, on record before the plate is shown.

ALTER TABLE lead_looks DROP CONSTRAINT IF EXISTS act_is_known;
ALTER TABLE lead_looks ADD CONSTRAINT IF NOT EXISTS act_is_known CHECK act IN ('LOOKED', 'PLATE', 'CONFIRMED', 'DISMISSED');
