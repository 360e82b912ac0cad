-- Source events that agree in symbol, time and price: all are real, and which of them a row came from cannot be known.
--   symbol_id, time_ns, price_units, events
--   first_event
SELECT symbol_id, time_ns, price_units, count(*) AS events, min(event) AS first_event
FROM ticks
GROUP BY symbol_id, time_ns, price_units
HAVING count(*) > 1
