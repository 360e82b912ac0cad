-- The events that a remaining row may have come from.
--   event, symbol_id, time_ns, price_units
SELECT t.event, t.symbol_id, t.time_ns, t.price_units
FROM ticks AS t
WHERE t.event IN (SELECT event FROM near)
