-- What each attempt's window means beside the others. An open window ends nobody knows when: it counts as lasting for
-- ever against attempts of its own event, and as its start alone against its worker's other events. Attempts that are
-- not here are the only ones of their event and overlap nothing.
--   line, attempt     as in `attempts`
--   overlaps_event    1 where it intersects another attempt of its event
--   overlaps_worker   1 where it intersects another attempt of its worker
--   retry             1 where it starts at or after the end of an earlier attempt of its event, or after one that failed
WITH lasting AS (
    -- An instant meets what starts with it, as if it lasted for a nanosecond.
    SELECT line, attempt, worker, start_ns, greatest(coalesce(end_ns, start_ns), start_ns + 1) AS end_ns FROM attempts
),
neighbours AS (
    SELECT line, attempt, start_ns, end_ns, max(end_ns) OVER earlier AS busy_until_ns,
        lead(start_ns) OVER (PARTITION BY worker ORDER BY start_ns, line) AS next_ns
    FROM lasting
    WINDOW earlier AS (PARTITION BY worker ORDER BY start_ns, line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
same_event AS (
    SELECT line, max(overlap) AS overlaps, max(overlap * one_worker) AS overlaps_worker, max(retry) AS retry
    FROM (
        SELECT first_line AS line, overlap, 0 AS retry,
            CASE WHEN first_worker = second_worker THEN 1 ELSE 0 END AS one_worker
        FROM attempt_pairs
        UNION ALL
        SELECT p.second_line, p.overlap,
            CASE WHEN p.second_start_ns >= p.first_end_ns OR a.failed = 1 THEN 1 ELSE 0 END,
            CASE WHEN p.first_worker = p.second_worker THEN 1 ELSE 0 END
        FROM attempt_pairs AS p
        JOIN attempts AS a ON a.line = p.first_line
    ) AS sides
    GROUP BY line
)
SELECT n.line, n.attempt, coalesce(e.overlaps, 0) AS overlaps_event,
    CASE WHEN n.overlaps THEN 1 ELSE coalesce(e.overlaps_worker, 0) END AS overlaps_worker,
    coalesce(e.retry, 0) AS retry
FROM (
    SELECT line, attempt,
        coalesce(busy_until_ns > start_ns, false) OR coalesce(next_ns < end_ns, false) AS overlaps
    FROM neighbours
) AS n
LEFT JOIN same_event AS e ON e.line = n.line
WHERE n.overlaps OR e.line IS NOT NULL
