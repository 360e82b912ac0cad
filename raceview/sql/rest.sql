-- The rows that are left when the exact ones are peeled off.
--   row, symbol_id, time_ns, price_units
SELECT o.row, o.symbol_id, o.time_ns, o.price_units
FROM outputs AS o
WHERE NOT EXISTS (SELECT 1 FROM exact AS x WHERE x.row = o.row)
