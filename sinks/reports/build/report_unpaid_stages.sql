-- Moves of one month's unpaid prescriptions, whatever the article.
SELECT
    source_month,
    issued_day,
    `day`,
    stage,
    sum(m.cases) AS cases,
    sum(m.kzt) AS kzt
FROM report_unpaid_moves AS m
WHERE source_month = {month:UInt32}
GROUP BY source_month, issued_day, `day`, stage
