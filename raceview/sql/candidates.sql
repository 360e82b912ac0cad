-- Pairs of a row and an event of its symbol whose times differ by {low} to {high} ns (row less event): an equi-join on
-- buckets as wide as the window, so that each row looks into two of them, and a filter.
--   row, event
--   time_delta_ns, price_delta_units   row less event
WITH wanted AS (
    SELECT r.row, r.symbol_id, r.time_ns, r.price_units, (r.time_ns - {high} - {base}) // {width} + side.k AS bucket
    FROM {rows} AS r
    CROSS JOIN (SELECT 0 AS k UNION ALL SELECT 1 AS k) AS side
),
offered AS (SELECT event, symbol_id, time_ns, price_units, (time_ns - {base}) // {width} AS bucket FROM {events})
SELECT w.row, o.event, w.time_ns - o.time_ns AS time_delta_ns, w.price_units - o.price_units AS price_delta_units
FROM wanted AS w
JOIN offered AS o ON o.symbol_id = w.symbol_id AND o.bucket = w.bucket
WHERE w.time_ns - o.time_ns BETWEEN {low} AND {high}
