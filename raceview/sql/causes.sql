-- Why each duplicate row was written: the first cause that holds, and the two attempts that show it.
--   row, event, cause
--   first_line, second_line   of the worker log, NULL where no two attempts are the evidence
--   margin_ns                 least shift of one worker's clock against the others beyond which the cause is another one,
--                             NULL where no shift would do it
-- A row's own attempt and the original's are looked at where they are known, else all attempts of the event. Relations
-- are given by name: {crowded}, {ledger}, {attempt_pairs}.
WITH duplicate AS (
    SELECT c.row, c.event, c.place, c.attempt_line, o.attempt_line AS original_line, coalesce(a.attempts, 0) AS attempts
    FROM {crowded} AS c
    JOIN {crowded} AS o ON o.event = c.event AND o.place = 1
    LEFT JOIN {ledger} AS a ON a.event = c.event
    WHERE c.place > 1
),
looked_at AS (
    SELECT d.row, p.*, CASE WHEN p.first_worker <> p.second_worker THEN 1 ELSE 0 END AS two_clocks,
        max(p.zombie) OVER (PARTITION BY d.row) AS any_zombie, count(*) OVER (PARTITION BY d.row) AS pairs
    FROM duplicate AS d
    JOIN {attempt_pairs} AS p ON p.event = d.event
    WHERE d.place <= d.attempts
    AND (d.attempt_line IS NULL OR d.attempt_line IN (p.first_line, p.second_line))
    AND (d.original_line IS NULL OR d.original_line IN (p.first_line, p.second_line))
),
judged AS (
    SELECT row, first, second, first_line, second_line,
        CASE
            WHEN zombie = 1 THEN 1
            WHEN overlap * two_clocks = 1 THEN 2
            WHEN overlap = 1 THEN 3
            WHEN redelivery = 1 THEN 4
            ELSE 6
        END AS verdict
    FROM looked_at
),
first_judged AS (
    SELECT j.*, row_number() OVER (PARTITION BY row ORDER BY verdict, first, second) AS place FROM judged AS j
),
-- A time-out stays one whatever the clocks. Else all that a shift can change is which attempts of different workers
-- overlap. Where none does, the nearest to do so decides.
to_overlap AS (
    SELECT row, max(overlap) AS overlapping, sum(overlap) AS overlaps, min(margin_ns) AS margin_ns, max(pairs) AS pairs
    FROM looked_at
    WHERE any_zombie = 0 AND two_clocks = 1
    GROUP BY row
),
-- Where several pairs may overlap, one worker's shift must part all that do, and let no other come to overlap instead:
-- per worker, the shifts (low to high) at which it overlaps another. An open end is as good as for ever.
sides AS (
    SELECT p.row, p.first_worker AS worker, p.overlap,
        p.second_start_ns - coalesce(p.first_end_ns, 4611686018427387904) AS low,
        coalesce(p.second_end_ns, 4611686018427387904) - p.first_start_ns AS high
    FROM looked_at AS p
    JOIN to_overlap AS t ON t.row = p.row AND t.overlapping = 1 AND t.pairs > 1
    WHERE p.two_clocks = 1
    UNION ALL
    SELECT p.row, p.second_worker, p.overlap,
        p.first_start_ns - coalesce(p.second_end_ns, 4611686018427387904),
        coalesce(p.first_end_ns, 4611686018427387904) - p.second_start_ns
    FROM looked_at AS p
    JOIN to_overlap AS t ON t.row = p.row AND t.overlapping = 1 AND t.pairs > 1
    WHERE p.two_clocks = 1
),
movable AS (
    SELECT s.row, s.worker
    FROM sides AS s
    JOIN to_overlap AS t ON t.row = s.row
    GROUP BY s.row, s.worker
    HAVING sum(s.overlap) = max(t.overlaps)
),
ends AS (
    SELECT m.row, m.worker, s.high AS shift FROM movable AS m JOIN sides AS s ON s.row = m.row AND s.worker = m.worker
    WHERE s.high >= 0
    UNION ALL
    SELECT m.row, m.worker, s.low FROM movable AS m JOIN sides AS s ON s.row = m.row AND s.worker = m.worker
    WHERE s.low <= 0
),
to_part AS (
    SELECT e.row, min(abs(e.shift)) AS margin_ns
    FROM ends AS e
    WHERE abs(e.shift) < 2305843009213693952 AND NOT EXISTS (
        SELECT 1 FROM sides AS s
        WHERE s.row = e.row AND s.worker = e.worker AND s.low < e.shift AND s.high > e.shift
    )
    GROUP BY e.row
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
    f.first_line, f.second_line,
    CASE WHEN t.overlapping = 1 AND t.pairs > 1 THEN p.margin_ns ELSE t.margin_ns END AS margin_ns
FROM duplicate AS d
LEFT JOIN first_judged AS f ON f.row = d.row AND f.place = 1
LEFT JOIN to_overlap AS t ON t.row = d.row
LEFT JOIN to_part AS p ON p.row = d.row
