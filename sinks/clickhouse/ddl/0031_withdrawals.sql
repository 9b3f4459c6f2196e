-- reviews: a confirmation that the office takes back is a rejection that says so.

ALTER TABLE reviews_messages
    ADD COLUMN IF NOT EXISTS withdraws Bool DEFAULT false COMMENT 'Whether a confirmation is taken back: the verdict is a rejection of a case that was confirmed.';

ALTER TABLE reviews_facts
    ADD COLUMN IF NOT EXISTS withdraws Bool DEFAULT false COMMENT 'Whether a confirmation is taken back: the verdict is a rejection of a case that was confirmed.';

ALTER TABLE reviews_facts_from_messages MODIFY QUERY
SELECT
    review_id,
    case_id,
    verdict,
    reason_code,
    remark,
    corrected_vehicle_key,
    corrected_plate_encrypted,
    officer_id,
    fromUnixTimestamp64Micro(looked_at_us, 'UTC') AS looked_at,
    fromUnixTimestamp64Micro(decided_at_us, 'UTC') AS decided_at,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version,
    withdraws
FROM reviews_messages;

CREATE OR REPLACE VIEW reviews AS
SELECT * EXCEPT (_version)
FROM reviews_facts FINAL
COMMENT 'What an officer decided on a case. One row a decision of an officer: the first copy is kept.';
