-- The attempts as integers, numbered within their event from 1 by start, then line.
--   line, event, attempt
--   worker, start_ns, end_ns, failed   as in `attempt_matches`
WITH several AS (SELECT event FROM attempt_matches WHERE event IS NOT NULL GROUP BY event HAVING count(*) > 1),
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
