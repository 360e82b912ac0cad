-- What each policy writes for each event with several rows: one row of the event, perhaps with another price.
--   policy, event, row
--   price_units       what is written
-- Suspect duplicates are no candidates: they are kept beside the pick. Ties go to the lowest row.
WITH candidate AS (
    SELECT c.row, c.event, c.place, c.confidence_millionths, o.price_units,
        CASE WHEN c.attempt_line = s.line THEN 0 ELSE 1 END AS unsuccessful,
        count(*) OVER (PARTITION BY c.event) AS candidates,
        count(*) OVER (PARTITION BY c.event, o.price_units) AS agreeing,
        row_number() OVER (PARTITION BY c.event ORDER BY o.price_units, c.row) AS height
    FROM crowded AS c
    JOIN outputs AS o ON o.row = c.row
    LEFT JOIN (
        SELECT event, min(attempt) AS attempt FROM attempts WHERE failed = 0 GROUP BY event
    ) AS success ON success.event = c.event
    LEFT JOIN attempts AS s ON s.event = success.event AND s.attempt = success.attempt
    WHERE c.suspect = 0
),
ordered AS (
    SELECT 'first' AS policy, event, row, price_units, row_number() OVER (PARTITION BY event ORDER BY row) AS turn
    FROM candidate
    UNION ALL
    SELECT 'last', event, row, price_units, row_number() OVER (PARTITION BY event ORDER BY row DESC) FROM candidate
    UNION ALL
    SELECT 'highest', event, row, price_units, row_number() OVER (PARTITION BY event ORDER BY price_units DESC, row)
    FROM candidate
    UNION ALL
    SELECT 'lowest', event, row, price_units, row_number() OVER (PARTITION BY event ORDER BY price_units, row)
    FROM candidate
    UNION ALL
    SELECT 'majority', event, row, price_units, row_number() OVER (PARTITION BY event ORDER BY agreeing DESC, row)
    FROM candidate
    UNION ALL
    SELECT 'successful', event, row, price_units, row_number() OVER (PARTITION BY event ORDER BY unsuccessful, row)
    FROM candidate
    UNION ALL
    SELECT 'confident', event, row, price_units,
        row_number() OVER (PARTITION BY event ORDER BY confidence_millionths DESC, row)
    FROM candidate
    UNION ALL
    SELECT 'source', event, row, price_units, row_number() OVER (PARTITION BY event ORDER BY place) FROM candidate
),
middle AS (
    SELECT event, min(row) AS row, CAST(sum(price_units - low) AS BIGINT) AS total, count(*) AS n, min(low) AS low,
        CAST(sum(CASE WHEN height IN ((candidates + 1) // 2, candidates // 2 + 1) THEN price_units - low ELSE 0 END)
        AS BIGINT) AS middle_total,
        CAST(sum(CASE WHEN height IN ((candidates + 1) // 2, candidates // 2 + 1) THEN 1 ELSE 0 END) AS BIGINT)
        AS middle_n
    FROM (SELECT c.*, min(price_units) OVER (PARTITION BY event) AS low FROM candidate AS c) AS based
    GROUP BY event
)
SELECT policy, event, row, price_units FROM ordered WHERE turn = 1
UNION ALL
SELECT 'mean', event, row, {mean} FROM middle
UNION ALL
SELECT 'median', event, row, {median} FROM middle
