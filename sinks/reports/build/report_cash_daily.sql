-- The same cases, each step under the day on which it happened.
SELECT
    source_month,
    move.1 AS `day`,
    article,
    district,
    owner,
    countIf(move.2 = 'DETECTED') AS violations,
    sumIf(move.3, move.2 = 'DETECTED') AS detected_kzt,
    countIf(move.2 = 'CONFIRMED') AS confirmed,
    countIf(move.2 = 'ISSUED') AS issued,
    sumIf(move.3, move.2 = 'ISSUED') AS imposed_kzt,
    countIf(move.2 = 'DELIVERED') AS delivered,
    countIf(move.2 = 'DISCOUNTED') AS discounted,
    sumIf(move.3, move.2 = 'DISCOUNTED') AS discounted_kzt,
    countIf(move.2 = 'PAID') AS paid,
    sumIf(move.3, move.2 = 'PAID') AS paid_kzt,
    sumIf(move.3, move.2 = 'REFUNDED') AS refunded_kzt,
    owner_class
FROM
(
    SELECT
        source_month,
        article,
        district,
        owner,
        owner_class,
        arrayJoin(arrayConcat(arrayFilter(m -> isNotNull(m.1), [
            (toNullable(detected_day), 'DETECTED', detected_kzt),
            (confirmed_day, 'CONFIRMED', toInt64(0)),
            (issued_day, 'ISSUED', imposed_kzt),
            (delivered_day, 'DELIVERED', toInt64(0)),
            (discounted_day, 'DISCOUNTED', discounted_kzt),
            (paid_day, 'PAID', paid_kzt)]),
            arrayMap((back_day, kzt) -> (toNullable(back_day), 'REFUNDED', kzt), refund_days, refund_parts_kzt))) AS move
    FROM report_cases
    WHERE source_month = {month:UInt32}
)
GROUP BY source_month, `day`, article, district, owner, owner_class
