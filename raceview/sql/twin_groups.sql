-- The twins among which an event has several rows: events that agree in symbol, time and price. Which of them a row came
-- from cannot be known, only how many rows they have together.
--   event, first_event   the first of the group names it
--   surplus              rows of the group beyond one for each of its events; negative where it has fewer
WITH alike AS (
    SELECT t.event, min(t.event) OVER (PARTITION BY t.symbol_id, t.time_ns, t.price_units) AS first_event,
        count(*) OVER (PARTITION BY t.symbol_id, t.time_ns, t.price_units) AS events
    FROM ticks AS t
    JOIN (
        SELECT DISTINCT k.symbol_id, k.time_ns, k.price_units
        FROM ticks AS k
        JOIN event_rows AS r ON r.event = k.event AND r.rows > 1
    ) AS shared
        ON shared.symbol_id = t.symbol_id AND shared.time_ns = t.time_ns AND shared.price_units = t.price_units
),
in_groups AS (SELECT event, first_event FROM alike WHERE events > 1),
counted AS (
    SELECT event, count(*) AS rows FROM links WHERE event IN (SELECT event FROM in_groups) GROUP BY event
)
SELECT w.event, w.first_event,
    CAST(sum(coalesce(c.rows, 0) - 1) OVER (PARTITION BY w.first_event) AS BIGINT) AS surplus
FROM in_groups AS w
LEFT JOIN counted AS c ON c.event = w.event
