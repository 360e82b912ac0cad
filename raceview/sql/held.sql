-- The attempts of every event that has several, or several rows: from when on somebody else may have had the event.
-- Clocks are set right first: what `clocks` says a worker's is ahead is taken off its times.
--   event
--   attempt       from 1 by the start set right, then by line
--   line, worker, failed
--   attempts, failures, rows   of the event; failures: how many attempts timed out
--   start_ns
--   end_ns        NULL where the window is open
--   free_low_ns   the attempt held the event until then at least
--   free_high_ns  until then at most; NULL: nobody knows
-- A success holds it until its end, a time-out with an end until that. A time-out without one held it for at least as
-- long as the shortest time-out that is logged, and for at most as long as the longest; where none is, nothing is known.
-- Nor is it of a success whose end is not logged: it may have been done at once.
WITH given_up AS (
    SELECT min(end_ns - start_ns) AS shortest, max(end_ns - start_ns) AS longest
    FROM attempts
    WHERE failed = 1 AND end_ns IS NOT NULL
),
several AS (
    SELECT g.event, g.attempts, g.failed AS failures, g.rows
    FROM ledger AS g
    WHERE g.attempts > 1 OR g.rows > 1
)
SELECT a.event,
    row_number() OVER (PARTITION BY a.event ORDER BY a.start_ns - c.ahead_ns, a.line) AS attempt,
    a.line, a.worker, a.failed, s.attempts, s.failures, s.rows,
    a.start_ns - c.ahead_ns AS start_ns, a.end_ns - c.ahead_ns AS end_ns,
    coalesce(a.end_ns, a.start_ns + CASE WHEN a.failed = 1 THEN coalesce(g.shortest, 0) ELSE 0 END) - c.ahead_ns
    AS free_low_ns,
    coalesce(a.end_ns, CASE WHEN a.failed = 1 THEN a.start_ns + g.longest END) - c.ahead_ns AS free_high_ns
FROM attempts AS a
JOIN several AS s ON s.event = a.event
JOIN clocks AS c ON c.worker = a.worker
CROSS JOIN given_up AS g
