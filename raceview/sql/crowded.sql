-- The rows of every event that has two or more.
--   row, event, attempt_line, confidence_millionths, time_delta_ns, price_delta_units
--   place     1 for the original: the least misfit, then the first; then the duplicates in file order
--   suspect   1 for a duplicate whose confidence is below the threshold: it is kept, whatever the policy
-- Misfit is the distance from the tick in thousandths of the spread of time and of price; the worker's clock offset is
-- taken off, and an exact row has none.
WITH measured AS (
    SELECT l.row, l.event, l.attempt_line, l.confidence_millionths,
        coalesce(d.time_delta_ns, 0) AS time_delta_ns, coalesce(d.price_delta_units, 0) AS price_delta_units,
        CASE
            WHEN d.row IS NULL THEN 0
            ELSE 1 + (abs(d.time_delta_ns - l.offset_ns) // {time_spread})
                + (abs(d.price_delta_units) // {price_spread})
        END AS misfit
    FROM links AS l
    JOIN event_rows AS e ON e.event = l.event AND e.rows > 1
    LEFT JOIN deltas AS d ON d.row = l.row
),
ranked AS (
    SELECT m.*, row_number() OVER (PARTITION BY event ORDER BY misfit, row) AS fit FROM measured AS m
),
placed AS (
    SELECT r.*, row_number() OVER (PARTITION BY event ORDER BY CASE WHEN fit = 1 THEN 0 ELSE 1 END, row) AS place
    FROM ranked AS r
)
SELECT row, event, attempt_line, confidence_millionths, time_delta_ns, price_delta_units, place,
    CASE WHEN place > 1 AND confidence_millionths < {threshold} THEN 1 ELSE 0 END AS suspect
FROM placed
