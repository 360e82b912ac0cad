-- What each policy writes for each event with several rows: one row of the event, perhaps with another price.
--   policy, event, row
--   price_units       what is written
-- Ties go to the lowest row.
WITH ordered AS (
    SELECT 'first' AS policy, event, row, price_units, row_number() OVER (PARTITION BY event ORDER BY row) AS turn
    FROM contenders
    UNION ALL
    SELECT 'last', event, row, price_units, row_number() OVER (PARTITION BY event ORDER BY row DESC) FROM contenders
    UNION ALL
    SELECT 'highest', event, row, price_units, row_number() OVER (PARTITION BY event ORDER BY price_units DESC, row)
    FROM contenders
    UNION ALL
    SELECT 'lowest', event, row, price_units, row_number() OVER (PARTITION BY event ORDER BY price_units, row)
    FROM contenders
    UNION ALL
    SELECT 'majority', event, row, price_units, row_number() OVER (PARTITION BY event ORDER BY agreeing DESC, row)
    FROM contenders
    UNION ALL
    SELECT 'successful', event, row, price_units, row_number() OVER (PARTITION BY event ORDER BY unsuccessful, row)
    FROM contenders
    UNION ALL
    SELECT 'confident', event, row, price_units,
        row_number() OVER (PARTITION BY event ORDER BY confidence_millionths DESC, row)
    FROM contenders
    UNION ALL
    SELECT 'source', event, row, price_units, row_number() OVER (PARTITION BY event ORDER BY place) FROM contenders
),
middle AS (
    SELECT event, min(row) AS row, CAST(sum(price_units - low) AS BIGINT) AS total, count(*) AS n, min(low) AS low,
        CAST(sum(CASE WHEN height IN ((contenders + 1) // 2, contenders // 2 + 1) THEN price_units - low ELSE 0 END)
        AS BIGINT) AS middle_total,
        CAST(sum(CASE WHEN height IN ((contenders + 1) // 2, contenders // 2 + 1) THEN 1 ELSE 0 END) AS BIGINT)
        AS middle_n
    FROM (SELECT c.*, min(price_units) OVER (PARTITION BY event) AS low FROM contenders AS c) AS based
    GROUP BY event
)
SELECT policy, event, row, price_units FROM ordered WHERE turn = 1
UNION ALL
SELECT 'mean', event, row, {mean} FROM middle
UNION ALL
SELECT 'median', event, row, {median} FROM middle
