-- What there is to say of each row that is more than the exact row of the one attempt of an event; all others are not
-- here.
--   row
--   attempt                number of the attempt that wrote it, NULL where that cannot be known
--   cause, action          as in `causes` and `changes`, NULL where there is none
--   confidence_millionths  NULL for a phantom
--   duplicate              1 for every row of an event but its original
--   time_delta_ns, price_delta_units   NULL where it is exact
WITH several AS (SELECT event FROM ledger WHERE attempts <> 1),
noted AS (
    SELECT row FROM links WHERE attempt_line IS NOT NULL OR confidence_millionths < 1000000
    UNION
    SELECT l.row FROM links AS l JOIN several AS s ON s.event = l.event
    UNION
    SELECT row FROM deltas
    UNION
    SELECT row FROM crowded
    UNION
    SELECT row FROM changes
),
linked AS (
    SELECT l.row, l.event, l.attempt_line, l.confidence_millionths FROM links AS l JOIN noted AS n ON n.row = l.row
),
numbered AS (
    SELECT a.line, a.attempt FROM attempts AS a WHERE a.line IN (SELECT attempt_line FROM linked)
)
SELECT n.row, CASE WHEN s.event IS NOT NULL THEN a.attempt WHEN l.row IS NOT NULL THEN 1 END AS attempt,
    nullif(z.cause, '') AS cause, g.action, l.confidence_millionths,
    CASE WHEN c.place > 1 THEN 1 ELSE 0 END AS duplicate, d.time_delta_ns, d.price_delta_units
FROM noted AS n
LEFT JOIN linked AS l ON l.row = n.row
LEFT JOIN several AS s ON s.event = l.event
LEFT JOIN numbered AS a ON a.line = l.attempt_line
LEFT JOIN crowded AS c ON c.row = n.row
LEFT JOIN causes AS z ON z.row = n.row
LEFT JOIN changes AS g ON g.row = n.row
LEFT JOIN deltas AS d ON d.row = n.row
