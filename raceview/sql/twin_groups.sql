-- The twins among which an event has several rows: events that agree in symbol, time and price. Which of them a row came
-- from cannot be known, only how many rows they have together.
--   event, first_event   the first of the group names it
--   surplus              rows of the group beyond one for each of its events; negative where it has fewer
SELECT event, first_event, surplus
FROM (
    SELECT t.event, min(t.event) OVER (PARTITION BY t.symbol_id, t.time_ns, t.price_units) AS first_event,
        count(*) OVER (PARTITION BY t.symbol_id, t.time_ns, t.price_units) AS events,
        CAST(sum(coalesce(e.rows, 0) - 1) OVER (PARTITION BY t.symbol_id, t.time_ns, t.price_units) AS BIGINT)
        AS surplus
    FROM ticks AS t
    JOIN (
        SELECT DISTINCT k.symbol_id, k.time_ns, k.price_units
        FROM ticks AS k
        JOIN event_rows AS r ON r.event = k.event AND r.rows > 1
    ) AS shared
        ON shared.symbol_id = t.symbol_id AND shared.time_ns = t.time_ns AND shared.price_units = t.price_units
    LEFT JOIN event_rows AS e ON e.event = t.event
) AS alike
WHERE events > 1
