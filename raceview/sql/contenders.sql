-- The rows among which a policy picks, for each event with several rows. Suspect duplicates are none of them: they are
-- kept beside the pick.
--   row, event, place, confidence_millionths, price_units
--   unsuccessful   0 for the row of the event's first successful attempt
--   contenders     how many rows the event has here
--   agreeing       how many of them bear this price
--   height         rank by price, then row
SELECT c.row, c.event, c.place, c.confidence_millionths, o.price_units,
    CASE WHEN c.attempt_line = s.line THEN 0 ELSE 1 END AS unsuccessful,
    count(*) OVER (PARTITION BY c.event) AS contenders,
    count(*) OVER (PARTITION BY c.event, o.price_units) AS agreeing,
    row_number() OVER (PARTITION BY c.event ORDER BY o.price_units, c.row) AS height
FROM crowded AS c
JOIN outputs AS o ON o.row = c.row
LEFT JOIN (
    SELECT a.line, row_number() OVER (PARTITION BY a.event ORDER BY a.attempt) AS place, a.event
    FROM attempts AS a
    JOIN event_rows AS e ON e.event = a.event AND e.rows > 1
    WHERE a.failed = 0
) AS s ON s.event = c.event AND s.place = 1
WHERE c.suspect = 0
