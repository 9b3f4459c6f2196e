-- Stages of an unpaid prescription as moves: +1 where a case enters, -1 where it leaves.
SELECT
    source_month,
    issued_day,
    move.1 AS `day`,
    move.2 AS stage,
    article,
    sum(move.3) AS cases,
    sum(move.3 * move.4) AS kzt
FROM
(
    SELECT
        source_month,
        assumeNotNull(issued_day) AS issued_day,
        article,
        -- a fine that a court lowered is unpaid with the new sum from the day of the decision
        imposed_kzt - if(in_force_day >= changed_day, lowered_kzt, 0) AS last_kzt,
        -- entered stages in order with the fine in each, then the end, which is no stage
        arrayFilter(e -> isNotNull(e.1), [
            (issued_day, 'awaits delivery', imposed_kzt),
            (delivered_day, 'term runs', imposed_kzt),
            (appealed_day, 'appealed', imposed_kzt),
            (in_force_day, 'in force unpaid', last_kzt),
            (enforced_day, 'with bailiffs', last_kzt),
            (closed_day, '', toInt64(0))]) AS entered,
        arrayJoin(arrayConcat(
            arrayMap(e -> (assumeNotNull(e.1), e.2, 1, e.3), arrayFilter(e -> e.2 != '', entered)),
            arrayMap((e, next) -> (assumeNotNull(next.1), e.2, -1, e.3), arrayPopBack(entered), arrayPopFront(entered)))) AS move
    FROM report_cases
    WHERE source_month = {month:UInt32} AND issued
)
GROUP BY source_month, issued_day, `day`, stage, article
