-- One row a case: its steps side by side. {month:UInt32} is a partition of case_events_facts, YYYYMM.
-- FINAL keeps one copy of each step: the first. All steps of a case have one offence_at, so they share the partition.
WITH
    steps AS
    (
        SELECT
            case_id,
            toDate(any(offence_at), 'Asia/Almaty') AS offence_day,
            any(kind) AS kind,
            argMax(ifNull(article, ''), revision) AS article,
            argMax(ifNull(tariff_version, ''), revision) AS tariff_version,
            any(camera_id) AS camera_id,
            any(district) AS district,
            any(owner) AS owner,
            argMax(vehicle_key, revision) AS vehicle_key,
            argMax(`step`, revision) AS last_step,
            argMax(reason, revision) AS last_reason,
            argMaxIf(reason, revision, `step` = 'ISSUED') AS issued_reason,
            argMaxIf(amount_kzt, revision, `step` = 'DETECTED') AS detected_kzt,
            argMaxIf(amount_kzt, revision, `step` = 'CONFIRMED') AS confirmed_step_kzt,
            argMaxIf(amount_kzt, revision, `step` = 'ISSUED') AS imposed_kzt,
            sumIf(amount_kzt, `step` = 'DISCOUNTED') AS discounted_kzt,
            sumIf(amount_kzt, `step` = 'PAID') AS paid_kzt,
            groupBitOr(bitShiftLeft(toUInt16(1), transform(`step`, ['CONFIRMED', 'ISSUED', 'DELIVERED', 'DISCOUNTED', 'PAID'], [1, 2, 3, 4, 5], 0))) AS taken,
            toDate(min(happened_at), 'Asia/Almaty') AS first_day,
            minOrNullIf(happened_at, `step` = 'CONFIRMED') AS confirmed_at,
            minOrNullIf(happened_at, `step` = 'ISSUED') AS issued_at,
            minOrNullIf(happened_at, `step` = 'DELIVERED') AS delivered_at,
            minOrNullIf(happened_at, `step` = 'APPEALED') AS appealed_at,
            minOrNullIf(happened_at, `step` = 'IN_FORCE') AS in_force_at,
            minOrNullIf(happened_at, `step` = 'ENFORCED') AS enforced_at,
            minOrNullIf(happened_at, `step` = 'DISCOUNTED') AS discounted_at,
            maxOrNullIf(happened_at, `step` = 'PAID') AS paid_at,
            maxOrNullIf(happened_at, `step` IN ('DISCOUNTED', 'PAID', 'REJECTED', 'CANCELLED', 'LAPSED')) AS closed_at,
            toDateTime(max(_create_time), 'UTC') AS created_at
        FROM case_events_facts FINAL
        WHERE toYYYYMM(offence_at) = {month:UInt32}
        GROUP BY case_id
    )
SELECT
    {month:UInt32} AS source_month,
    case_id,
    offence_day,
    kind,
    article,
    tariff_version,
    multiIf(NOT issued, 0, startsWith(issued_reason, 'repeat'), 2, 1) AS tier,
    camera_id,
    district,
    owner,
    -- the key of a plate is HMAC-SHA-256 in 64 digits; anything else is a track, whose plate is unread
    if(length(vehicle_key) = 64, cityHash64(vehicle_key), 0) AS vehicle,
    multiIf(
        last_step = 'REJECTED', 'rejected',
        last_step = 'LAPSED', 'lapsed',
        last_step = 'CANCELLED', 'cancelled',
        paid, 'paid',
        discounted, 'discounted',
        last_step = 'ENFORCED', 'with bailiffs',
        last_step = 'IN_FORCE', 'in force unpaid',
        last_step = 'APPEALED', 'appealed',
        last_step = 'DELIVERED', 'term runs',
        last_step = 'ISSUED', 'awaits delivery',
        last_step = 'CONFIRMED', 'confirmed not issued',
        'awaits review') AS outcome,
    if(last_step IN ('REJECTED', 'LAPSED', 'CANCELLED', 'CONFIRMED'), last_reason, '') AS outcome_reason,
    detected_kzt,
    -- a later step stands for those before it, so that no stage has more cases than the one before
    taken > 1 AS confirmed,
    multiIf(NOT confirmed, 0, bitTest(taken, 1), confirmed_step_kzt, detected_kzt) AS confirmed_kzt,
    bitTest(taken, 2) AS issued,
    imposed_kzt,
    issued AND taken >= 8 AS delivered,
    bitTest(taken, 4) AS discounted,
    discounted_kzt,
    bitTest(taken, 5) AND NOT discounted AS paid,
    paid_kzt,
    first_day AS detected_day,
    toDate(confirmed_at, 'Asia/Almaty') AS confirmed_day,
    toDate(issued_at, 'Asia/Almaty') AS issued_day,
    toDate(delivered_at, 'Asia/Almaty') AS delivered_day,
    toDate(appealed_at, 'Asia/Almaty') AS appealed_day,
    toDate(in_force_at, 'Asia/Almaty') AS in_force_day,
    toDate(enforced_at, 'Asia/Almaty') AS enforced_day,
    toDate(discounted_at, 'Asia/Almaty') AS discounted_day,
    toDate(paid_at, 'Asia/Almaty') AS paid_day,
    toDate(closed_at, 'Asia/Almaty') AS closed_day,
    created_at
FROM steps
