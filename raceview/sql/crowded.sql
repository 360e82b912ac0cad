-- The rows of every event that has two or more.
--   row, event, attempt_line, confidence_millionths, time_delta_ns, price_delta_units
--   place     1 for the original: the least misfit, then the first; then the duplicates in file order
--   suspect   1 for a duplicate that may be none: it is kept, whatever the policy
-- Suspect is a duplicate that came from its event, or a twin of it, with a probability below the threshold. Of a group
-- of twins all duplicates are suspect but as many as the group has rows beyond one for each event.
-- Misfit is the distance from the tick in thousandths of the spread of time and of price; the worker's clock offset is
-- taken off, and an exact row has none.
WITH measured AS (
    SELECT l.row, l.event, nullif(l.attempt_line, 0) AS attempt_line, l.confidence_millionths,
        l.group_confidence_millionths,
        coalesce(d.time_delta_ns, 0) AS time_delta_ns, coalesce(d.price_delta_units, 0) AS price_delta_units,
        CASE
            WHEN d.row IS NULL THEN 0
            ELSE 1 + (abs(d.time_delta_ns - l.offset_ns) // {time_spread})
                + (abs(d.price_delta_units) // {price_spread})
        END AS misfit
    FROM links_found AS l
    JOIN event_rows AS e ON e.event = l.event AND e.rows > 1
    LEFT JOIN deltas AS d ON d.row = l.row
),
ranked AS (
    SELECT m.*, row_number() OVER (PARTITION BY event ORDER BY misfit, row) AS fit FROM measured AS m
),
placed AS (
    SELECT r.*, row_number() OVER (PARTITION BY event ORDER BY CASE WHEN fit = 1 THEN 0 ELSE 1 END, row) AS place
    FROM ranked AS r
),
grouped AS (
    SELECT p.*, g.surplus,
        row_number() OVER (
            PARTITION BY coalesce(g.first_event, p.event), CASE WHEN place > 1 THEN 1 ELSE 0 END
            ORDER BY group_confidence_millionths DESC, row
        ) AS turn
    FROM placed AS p
    LEFT JOIN twin_groups AS g ON g.event = p.event
)
SELECT row, event, attempt_line, confidence_millionths, time_delta_ns, price_delta_units, place,
    CASE
        WHEN place > 1 AND (group_confidence_millionths < {threshold} OR turn > surplus) THEN 1
        ELSE 0
    END AS suspect
FROM grouped
