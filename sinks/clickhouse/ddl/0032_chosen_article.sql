-- reviews: the article that an officer chose.

ALTER TABLE reviews_messages
    ADD COLUMN IF NOT EXISTS article LowCardinality(Nullable(String)) COMMENT 'Article that the officer chose among those that the violation proposes; null: the first.';

ALTER TABLE reviews_facts
    ADD COLUMN IF NOT EXISTS article LowCardinality(Nullable(String)) COMMENT 'Article that the officer chose among those that the violation proposes; null: the first.';

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
    withdraws,
    article
FROM reviews_messages;

CREATE OR REPLACE VIEW reviews AS
SELECT * EXCEPT (_version)
FROM reviews_facts FINAL
COMMENT 'What an officer decided on a case. One row a decision of an officer: the first copy is kept.';
