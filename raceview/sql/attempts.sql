-- The attempts as integers, numbered within their event from 1 by start, then line.
--   line, event, attempt
--   worker      of `workers`
--   start_ns, end_ns   end_ns is NULL where the window is open
--   failed      1 where it timed out
WITH several AS (SELECT event FROM attempt_events GROUP BY event HAVING count(*) > 1),
numbered AS (
    SELECT a.line, row_number() OVER (PARTITION BY e.event ORDER BY a.start_ns, a.line) AS attempt
    FROM attempt_events AS e
    JOIN several AS s ON s.event = e.event
    JOIN attempts_read AS a ON a.line = e.line
)
SELECT a.line, e.event, coalesce(n.attempt, 1) AS attempt, w.worker, a.start_ns, a.end_ns,
    CASE WHEN a.status = 'timeout' THEN 1 ELSE 0 END AS failed
FROM attempts_read AS a
JOIN attempt_events AS e ON e.line = a.line
JOIN workers AS w ON w.worker_id = a.worker_id
LEFT JOIN numbered AS n ON n.line = a.line
