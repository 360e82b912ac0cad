-- Why each duplicate row was written: the first cause that holds, and the two attempts that show it.
--   row, event, cause
--   first_line, second_line   of the worker log, NULL where no two attempts are the evidence
--   margin_ns                 least relative clock shift that would change the verdict, NULL where none would
-- A row's own attempt and the original's are looked at where they are known, else all attempts of the event.
WITH duplicate AS (
    SELECT c.row, c.event, c.place, c.attempt_line, o.attempt_line AS original_line, coalesce(a.attempts, 0) AS attempts
    FROM crowded AS c
    JOIN crowded AS o ON o.event = c.event AND o.place = 1
    LEFT JOIN ledger AS a ON a.event = c.event
    WHERE c.place > 1
),
judged AS (
    SELECT d.row, p.first, p.second, p.first_line, p.second_line, p.margin_ns,
        CASE
            WHEN p.zombie = 1 THEN 1
            WHEN p.overlap = 1 AND p.first_worker <> p.second_worker THEN 2
            WHEN p.overlap = 1 THEN 3
            WHEN p.redelivery = 1 THEN 4
            ELSE 6
        END AS verdict
    FROM duplicate AS d
    JOIN attempt_pairs AS p ON p.event = d.event
    WHERE d.place <= d.attempts
    AND (d.attempt_line IS NULL OR d.attempt_line IN (p.first_line, p.second_line))
    AND (d.original_line IS NULL OR d.original_line IN (p.first_line, p.second_line))
),
first_judged AS (
    SELECT j.*, row_number() OVER (PARTITION BY row ORDER BY verdict, first, second) AS place FROM judged AS j
)
SELECT d.row, d.event,
    CASE
        WHEN {has_attempts} = 0 THEN ''
        WHEN d.attempts = 0 THEN 'unexplained'
        WHEN d.place > d.attempts THEN 'double_emit'
        WHEN f.verdict = 1 THEN 'zombie_write'
        WHEN f.verdict = 2 THEN 'concurrent_claim'
        WHEN f.verdict = 3 THEN 'self_overlap'
        WHEN f.verdict = 4 THEN 'redelivery'
        ELSE 'unexplained'
    END AS cause,
    f.first_line, f.second_line, CASE WHEN f.verdict IN (2, 4) THEN f.margin_ns END AS margin_ns
FROM duplicate AS d
LEFT JOIN first_judged AS f ON f.row = d.row AND f.place = 1
