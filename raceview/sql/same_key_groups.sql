-- The rows that share symbol and timestamp with another one, in the columns of `inferred`: the plain rule's groups.
--   row
--   first_row                the first of its group
--   probability_millionths   1000000: the rule weighs nothing
--   exact                    1 where an earlier row of the group bears the same price
SELECT o.row, min(o.row) OVER (PARTITION BY o.symbol_id, o.time_ns) AS first_row,
    CAST(1000000 AS BIGINT) AS probability_millionths,
    CASE
        WHEN row_number() OVER (PARTITION BY o.symbol_id, o.time_ns, o.price_units ORDER BY o.row) > 1 THEN 1
        ELSE 0
    END AS exact
FROM outputs AS o
WHERE o.row IN (SELECT row FROM same_key UNION ALL SELECT last_row FROM same_key)
