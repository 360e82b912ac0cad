-- Exact rows whose event is contested: whether it is theirs is asked again, together with the remaining rows.
--   row, symbol_id, time_ns, price_units
SELECT o.row, o.symbol_id, o.time_ns, o.price_units
FROM outputs AS o
JOIN exact AS x ON x.row = o.row
WHERE x.event IN (SELECT event FROM contested)
