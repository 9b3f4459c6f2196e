-- Stages of an unpaid prescription as moves: +1 where a case enters, -1 where it leaves.
SELECT
    source_month,
    issued_day,
    move.1 AS `day`,
    move.2 AS stage,
    article,
    sum(move.3) AS cases,
    sum(move.3 * imposed_kzt) AS kzt
FROM
(
    SELECT
        source_month,
        assumeNotNull(issued_day) AS issued_day,
        article,
        imposed_kzt,
        -- entered stages in order, then the end, which is no stage
        arrayFilter(e -> isNotNull(e.1), [
            (issued_day, 'awaits delivery'),
            (delivered_day, 'term runs'),
            (appealed_day, 'appealed'),
            (in_force_day, 'in force unpaid'),
            (enforced_day, 'with bailiffs'),
            (closed_day, '')]) AS entered,
        arrayJoin(arrayConcat(
            arrayMap(e -> (assumeNotNull(e.1), e.2, 1), arrayFilter(e -> e.2 != '', entered)),
            arrayMap((e, next) -> (assumeNotNull(next.1), e.2, -1), arrayPopBack(entered), arrayPopFront(entered)))) AS move
    FROM report_cases
    WHERE source_month = {month:UInt32} AND issued
)
GROUP BY source_month, issued_day, `day`, stage, article
