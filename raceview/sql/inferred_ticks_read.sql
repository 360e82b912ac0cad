-- The events that were inferred, in the columns of the source: each as its first emitted row has it. Which rows are the
-- first of an event is {chosen}.
--   line       of that row, in the output
--   event_id   `row 17`: what the event is called; the output holds no id
--   symbol, timestamp, price
--   source     ''
--   time_ns, price_units
SELECT o.line, 'row ' || CAST(o.row AS VARCHAR) AS event_id, o.symbol, o.timestamp, o.price, '' AS source, o.time_ns,
    o.price_units
FROM outputs_read AS o
WHERE o.row {chosen}
