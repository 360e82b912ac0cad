-- The attempts as integers, numbered within their event from 1 by start, then line.
--   line, event, attempt
--   worker, start_ns, end_ns, failed   as in `attempt_matches`
-- Events with several are sought where 60 events, a bit for each, have more attempts than bits: few of all there are.
WITH busy AS (
    SELECT event // 60 AS block
    FROM attempt_matches
    WHERE event IS NOT NULL
    GROUP BY event // 60
    HAVING count(*) > bit_count(bit_or(CAST(1 AS BIGINT) << CAST(event % 60 AS INTEGER)))
),
several AS (
    SELECT m.event
    FROM attempt_matches AS m
    JOIN busy AS b ON b.block = m.event // 60
    GROUP BY m.event
    HAVING count(*) > 1
),
to_number AS (
    SELECT m.line, m.event, m.start_ns
    FROM attempt_matches AS m
    JOIN several AS s ON s.event = m.event
    UNION ALL
    SELECT e.line, e.event, m.start_ns
    FROM attempt_events AS e
    JOIN attempt_matches AS m ON m.line = e.line
),
numbered AS (
    SELECT line, event, row_number() OVER (PARTITION BY event ORDER BY start_ns, line) AS attempt FROM to_number
)
SELECT m.line, coalesce(m.event, n.event) AS event, coalesce(n.attempt, 1) AS attempt, m.worker, m.start_ns, m.end_ns,
    m.failed
FROM attempt_matches AS m
LEFT JOIN numbered AS n ON n.line = m.line
