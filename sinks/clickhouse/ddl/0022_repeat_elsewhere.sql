-- case-commands: what came of looking a vehicle up under other quarters' keys.

ALTER TABLE case_commands_messages
    ADD COLUMN IF NOT EXISTS repeat_elsewhere Nullable(Bool) COMMENT 'Whether a penalty under another quarter\'s key makes this case\'s a repeat; null: not looked up.';

ALTER TABLE case_commands_facts
    ADD COLUMN IF NOT EXISTS repeat_elsewhere Nullable(Bool) COMMENT 'Whether a penalty under another quarter\'s key makes this case\'s a repeat; null: not looked up.';

ALTER TABLE case_commands_facts_from_messages MODIFY QUERY
SELECT
    vehicle_key,
    command_id,
    kind,
    case_id,
    payload,
    source_topic,
    source_partition,
    source_offset,
    ordinal,
    fromUnixTimestamp64Micro(happened_at_us, 'UTC') AS happened_at,
    _partition,
    _offset,
    _create_time,
    _inserted_at,
    18446744073709551615 - toUInt64(_offset) AS _version,
    repeat_elsewhere
FROM case_commands_messages;

CREATE OR REPLACE VIEW case_commands AS
SELECT * EXCEPT (_version)
FROM case_commands_facts FINAL
COMMENT 'One message of a vehicle\'s log: a violation, a review, a payment, a deadline or a move, in one order. One row a command of a vehicle\'s log: the first copy is kept.';
