-- The exact rows, one to one with events: where several rows or several events share a key, they are paired by rank.
--   row, event
--   twins    how many events share the key: which of them the row came from cannot be known
-- Rows that share no more than symbol and time with another one are ranked, too, which changes nothing for them.
WITH tied AS (
    SELECT row, event FROM exact_pairs
    WHERE row IN (SELECT row FROM same_key UNION ALL SELECT last_row FROM same_key)
    OR event IN (
        SELECT t.event FROM ticks AS t
        JOIN twins AS w ON w.symbol_id = t.symbol_id AND w.time_ns = t.time_ns AND w.price_units = t.price_units
    )
),
-- Rows of one key share all its events, so the least event names the key.
keyed AS (SELECT row, event, min(event) OVER (PARTITION BY row) AS shared_key FROM tied),
row_ranks AS (
    SELECT row, shared_key, row_number() OVER (PARTITION BY shared_key ORDER BY row) AS place
    FROM (SELECT DISTINCT row, shared_key FROM keyed) AS rows_of
),
event_ranks AS (
    SELECT event, shared_key, row_number() OVER (PARTITION BY shared_key ORDER BY event) AS place,
        count(*) OVER (PARTITION BY shared_key) AS twins
    FROM (SELECT DISTINCT event, shared_key FROM keyed) AS events_of
)
SELECT row, event, 1 AS twins FROM exact_pairs WHERE row NOT IN (SELECT row FROM tied)
UNION ALL
SELECT r.row, e.event, e.twins
FROM row_ranks AS r
JOIN event_ranks AS e ON e.shared_key = r.shared_key AND e.place = r.place
