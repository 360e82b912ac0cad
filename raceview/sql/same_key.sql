-- What the obvious rule sees: rows that share symbol and timestamp with a later one.
--   row
--   last_row   the last row of its (symbol, timestamp), which "keep the last" keeps
-- {among} holds for every row whose time is that of another one, too.
SELECT o.row, k.last_row
FROM outputs AS o
JOIN (
    SELECT symbol_id, time_ns, max(row) AS last_row
    FROM outputs
    WHERE {among}
    GROUP BY symbol_id, time_ns
    HAVING count(*) > 1
) AS k ON k.symbol_id = o.symbol_id AND k.time_ns = o.time_ns
WHERE o.row < k.last_row
