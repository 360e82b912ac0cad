-- How many rows each event has in the output; events without any are not here.
--   event, rows
SELECT event, count(*) AS rows FROM links GROUP BY event
