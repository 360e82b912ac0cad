-- From which setting on a safeguard would have kept an attempt of `held` from writing, in ns: certainly (`_low`), and
-- perhaps (`_high`). 0: always; NULL: never.
--   event, attempt, attempts, failures, rows
--   claim_low, claim_high       an atomic claim
--   writer_low, writer_high     one worker per symbol
--   lease_low, lease_high       a lease as long as this
--   beat_low, beat_high         a heartbeat
--   timeout_high                a time-out as long as this
--   commit_low, commit_high     row and acknowledgement in one transaction
--   fence_low, fence_high       a fencing token; both NULL or both 0 where the attempt of each of the event's rows is known
--   ttl_low, ttl_high           keys kept for as long as this
-- What certainly holds is asked of the event's first attempt, which starts whatever the safeguard; what may hold, of any
-- earlier one. An attempt after one that may not have started may itself owe its start to that, so the `_high` of claims,
-- leases, heartbeats and time-outs is the least so far. Writes lie within the window of a success, and at or after the
-- start of a time-out, or of a success whose end is not logged: more is not known.
WITH pairs AS (
    SELECT b.event, b.attempt AS second, a.attempt AS first, a.failed AS first_failed,
        CASE WHEN a.worker = b.worker THEN 0 ELSE 1 END AS apart,
        CASE WHEN b.start_ns = a.start_ns OR b.start_ns < a.free_low_ns THEN 1 ELSE 0 END AS surely_held,
        CASE WHEN b.start_ns = a.start_ns OR b.start_ns < coalesce(a.free_high_ns, b.start_ns + 1) THEN 1 ELSE 0
        END AS perhaps_held,
        b.start_ns - a.start_ns AS wait_ns, a.end_ns - a.start_ns AS work_ns, a.free_low_ns - a.start_ns AS patience_ns
    FROM held AS a
    JOIN held AS b ON b.event = a.event AND b.attempt > a.attempt
),
seconds AS (
    SELECT event, second AS attempt,
        min(CASE WHEN first = 1 AND surely_held = 1 THEN 0 END) AS claim_low,
        min(CASE WHEN perhaps_held = 1 THEN 0 END) AS claim_high,
        min(CASE WHEN first = 1 AND surely_held = 1 AND apart = 1 THEN 0 END) AS writer_low,
        min(CASE WHEN perhaps_held = 1 AND apart = 1 THEN 0 END) AS writer_high,
        min(CASE WHEN first = 1 AND first_failed = 0 AND surely_held = 1 THEN work_ns END) AS lease_low,
        min(CASE WHEN first_failed = 1 OR work_ns IS NULL THEN wait_ns + 1 WHEN perhaps_held = 1 THEN work_ns END)
            AS lease_high,
        min(CASE WHEN first = 1 AND first_failed = 0 AND surely_held = 1 THEN 0 END) AS beat_low,
        min(CASE WHEN first_failed = 1 OR perhaps_held = 1 THEN 0 END) AS beat_high,
        min(CASE WHEN first_failed = 1 AND surely_held = 0 THEN patience_ns + 1 END) AS timeout_high,
        min(CASE WHEN first_failed = 0 AND perhaps_held = 0 THEN 0 END) AS redelivered_low,
        min(CASE WHEN first_failed = 0 AND surely_held = 0 THEN 0 END) AS redelivered_high
    FROM pairs
    GROUP BY event, second
),
firsts AS (
    SELECT event, first AS attempt, min(CASE WHEN first_failed = 1 OR perhaps_held = 1 THEN 0 END) AS fence_high
    FROM pairs
    GROUP BY event, first
),
told AS (
    SELECT c.event, c.row, h.attempt
    FROM crowded AS c
    JOIN held AS h ON h.line = c.attempt_line
    WHERE c.event NOT IN (SELECT event FROM crowded WHERE attempt_line IS NULL)
),
overtaken AS (
    SELECT DISTINCT event, attempt
    FROM (
        SELECT event, attempt,
            max(attempt) OVER (PARTITION BY event ORDER BY row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
            AS newest
        FROM told
    ) AS turns
    WHERE newest > attempt
),
timed AS (
    SELECT h.*,
        CASE WHEN failed = 0 THEN end_ns - min(start_ns) OVER (PARTITION BY event) + 1 END AS ttl_low,
        max(CASE WHEN failed = 1 OR end_ns IS NULL THEN 9223372036854775807 ELSE end_ns END) OVER (
            PARTITION BY event ORDER BY attempt ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS written_by_ns
    FROM held AS h
)
SELECT t.event, t.attempt, t.attempts, t.failures, t.rows,
    s.claim_low, min(s.claim_high) OVER so_far AS claim_high,
    s.writer_low, min(s.writer_high) OVER so_far AS writer_high,
    s.lease_low, min(s.lease_high) OVER so_far AS lease_high,
    s.beat_low, min(s.beat_high) OVER so_far AS beat_high,
    min(s.timeout_high) OVER so_far AS timeout_high,
    CASE WHEN t.failed = 1 THEN 0 ELSE s.redelivered_low END AS commit_low,
    CASE WHEN t.failed = 1 THEN 0 ELSE s.redelivered_high END AS commit_high,
    CASE WHEN v.event IS NOT NULL THEN 0 END AS fence_low,
    CASE WHEN v.event IS NOT NULL THEN 0 WHEN w.event IS NULL THEN f.fence_high END AS fence_high,
    t.ttl_low,
    CASE
        WHEN t.attempt = 1 THEN NULL
        WHEN t.rows > t.attempts OR t.start_ns <= t.written_by_ns THEN 0
        ELSE t.start_ns - t.written_by_ns + 1
    END AS ttl_high
FROM timed AS t
LEFT JOIN seconds AS s ON s.event = t.event AND s.attempt = t.attempt
LEFT JOIN firsts AS f ON f.event = t.event AND f.attempt = t.attempt
LEFT JOIN (SELECT DISTINCT event FROM told) AS w ON w.event = t.event
LEFT JOIN overtaken AS v ON v.event = t.event AND v.attempt = t.attempt
WINDOW so_far AS (PARTITION BY t.event ORDER BY t.attempt ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
