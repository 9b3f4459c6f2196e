-- The same cases by camera, each step under the month in which it happened.
SELECT
    source_month,
    toStartOfMonth(move.1) AS `month`,
    camera_id,
    any(c.district) AS district,
    any(c.owner) AS owner,
    countIf(move.2 = 'DETECTED') AS violations,
    sumIf(move.3, move.2 = 'DETECTED') AS detected_kzt,
    countIf(move.2 = 'CONFIRMED') AS confirmed,
    countIf(move.2 = 'ISSUED') AS issued,
    sumIf(move.3, move.2 = 'ISSUED') AS imposed_kzt,
    countIf(move.2 = 'DISCOUNTED') AS discounted,
    sumIf(move.3, move.2 = 'DISCOUNTED') AS discounted_kzt,
    countIf(move.2 = 'PAID') AS paid,
    sumIf(move.3, move.2 = 'PAID') AS paid_kzt,
    sumIf(move.3, move.2 = 'REFUNDED') AS refunded_kzt
FROM
(
    SELECT
        source_month,
        camera_id,
        district,
        owner,
        arrayJoin(arrayConcat(arrayMap(m -> (assumeNotNull(m.1), m.2, m.3), arrayFilter(m -> isNotNull(m.1), [
            (toNullable(detected_day), 'DETECTED', detected_kzt),
            (confirmed_day, 'CONFIRMED', toInt64(0)),
            (issued_day, 'ISSUED', imposed_kzt),
            (discounted_day, 'DISCOUNTED', discounted_kzt),
            (paid_day, 'PAID', paid_kzt)])),
            arrayMap((back_day, kzt) -> (back_day, 'REFUNDED', kzt), refund_days, refund_parts_kzt))) AS move
    FROM report_cases
    WHERE source_month = {month:UInt32}
) AS c
GROUP BY source_month, `month`, camera_id
