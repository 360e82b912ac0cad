-- The attempts of contested events: each may have written one row.
--   event, line, attempt, worker, failed
--   start_ns, stop_ns   stop_ns is 0 where the window is open
SELECT a.event, a.line, a.attempt, a.worker, a.failed, a.start_ns, coalesce(a.end_ns, 0) AS stop_ns
FROM attempts AS a
WHERE a.event IN (SELECT event FROM contested)
