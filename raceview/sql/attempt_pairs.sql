-- Every two attempts ({attempts}) of one event, the earlier first (by number), and how their windows lie to each other.
--   event, first, second         attempt numbers, first < second
--   first_line, second_line      of the worker log
--   first_worker, second_worker
--   first_start_ns, first_end_ns, second_start_ns, second_end_ns
--   overlap      1 where the windows intersect. They are [start, end), open ones last for ever, and an instant
--                (start = end) meets any window that contains it
--   zombie       1 where at least one of the two timed out
--   redelivery   1 where the second starts at or after the end of the first, which succeeded
--   margin_ns    the least shift of one clock against the other that parts overlapping windows, or that makes
--                parted ones overlap; NULL on one worker, and where only an open end could tell
WITH several AS (SELECT event FROM {attempts} WHERE attempt = 2),
mine AS (SELECT a.* FROM {attempts} AS a JOIN several AS s ON s.event = a.event),
paired AS (
    SELECT a.event, a.attempt AS first, b.attempt AS second, a.line AS first_line, b.line AS second_line,
        a.worker AS first_worker, b.worker AS second_worker,
        a.start_ns AS first_start_ns, a.end_ns AS first_end_ns,
        b.start_ns AS second_start_ns, b.end_ns AS second_end_ns,
        a.failed AS first_failed, b.failed AS second_failed,
        CASE
            WHEN a.start_ns = b.start_ns THEN 1
            WHEN a.end_ns IS NULL OR b.start_ns < a.end_ns THEN 1
            ELSE 0
        END AS overlap
    FROM mine AS a
    JOIN mine AS b ON b.event = a.event AND b.attempt > a.attempt
)
SELECT event, first, second, first_line, second_line, first_worker, second_worker,
    first_start_ns, first_end_ns, second_start_ns, second_end_ns, overlap,
    CASE WHEN first_failed + second_failed > 0 THEN 1 ELSE 0 END AS zombie,
    CASE WHEN overlap = 0 AND first_failed = 0 THEN 1 ELSE 0 END AS redelivery,
    CASE
        WHEN first_worker = second_worker THEN NULL
        WHEN overlap = 0 THEN second_start_ns - first_end_ns
        WHEN first_end_ns IS NULL THEN second_end_ns - first_start_ns
        WHEN second_end_ns IS NULL OR first_end_ns - second_start_ns < second_end_ns - first_start_ns
            THEN first_end_ns - second_start_ns
        ELSE second_end_ns - first_start_ns
    END AS margin_ns
FROM paired
