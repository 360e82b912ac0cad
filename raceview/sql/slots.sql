-- The attempts of contested events: each may have written one row.
--   event, line, attempt, worker, failed
SELECT a.event, a.line, a.attempt, a.worker, a.failed
FROM attempts AS a
WHERE a.event IN (SELECT event FROM contested)
