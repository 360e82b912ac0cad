-- Source events that agree in symbol, time and price: all are real, and which of them a row came from cannot be known.
--   symbol_id, time_ns, price_units, events
--   first_event
-- {among} holds for every event whose time is that of another one, too.
SELECT t.symbol_id, t.time_ns, t.price_units, count(*) AS events, min(t.event) AS first_event
FROM ticks AS t
JOIN (SELECT symbol_id, time_ns FROM ticks WHERE {among} GROUP BY symbol_id, time_ns HAVING count(*) > 1) AS s
    ON s.symbol_id = t.symbol_id AND s.time_ns = t.time_ns
GROUP BY t.symbol_id, t.time_ns, t.price_units
HAVING count(*) > 1
