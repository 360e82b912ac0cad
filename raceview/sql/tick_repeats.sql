-- Tick records whose event_id came before, each with the first line of that id; few, or none.
--   line       of the record
--   first      the first line with this event_id
--   same       the first line with this event_id and the same payload: the record itself where there is none
-- {among} holds for every record whose event_id stands elsewhere, too.
SELECT line, first, same
FROM (
    SELECT line,
        min(line) OVER (PARTITION BY event_id) AS first,
        min(line) OVER (PARTITION BY event_id, symbol, time_ns, price_units) AS same
    FROM ticks_read
    WHERE event_id IN (SELECT event_id FROM ticks_read WHERE {among} GROUP BY event_id HAVING count(*) > 1)
) AS repeated
WHERE line > first
