-- The output rows as integers.
--   row, symbol_id, time_ns, price_units
SELECT o.row, s.symbol_id, o.time_ns, o.price_units
FROM outputs_read AS o
JOIN symbols AS s ON s.symbol = o.symbol
