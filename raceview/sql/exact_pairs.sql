-- Rows and events that agree in symbol, time and price: every such pair.
--   row, event
SELECT o.row, t.event
FROM outputs AS o
JOIN ticks AS t ON t.symbol_id = o.symbol_id AND t.time_ns = o.time_ns AND t.price_units = o.price_units
