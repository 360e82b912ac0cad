-- How many rows the events have that a row was linked to which is not simply exact. Every other event that has a row has
-- exactly one: exact rows are paired one to one.
--   event, rows
SELECT event, count(*) AS rows FROM links WHERE event IN (SELECT event FROM links_found) GROUP BY event
