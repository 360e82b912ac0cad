-- The source events. One event_id with two payloads is two events (a finding says so); a record that only says again
-- what an earlier one said is none.
--   event        the line of its record
--   symbol_id, time_ns, price_units
SELECT t.line AS event, s.symbol_id, t.time_ns, t.price_units
FROM ticks_read AS t
JOIN symbols AS s ON s.symbol = t.symbol
WHERE t.line NOT IN (SELECT line FROM tick_repeats WHERE same < line)
