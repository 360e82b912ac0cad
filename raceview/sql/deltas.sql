-- How far each row that is not simply exact is from its tick; rows that are not here repeat theirs.
--   row
--   time_delta_ns, price_delta_units   row less tick
SELECT l.row, o.time_ns - t.time_ns AS time_delta_ns, o.price_units - t.price_units AS price_delta_units
FROM links_found AS l
JOIN outputs AS o ON o.row = l.row
JOIN ticks AS t ON t.event = l.event
WHERE o.time_ns <> t.time_ns OR o.price_units <> t.price_units
