-- The event of each attempt whose event_id has one tick; NULL where it has none, or several.
--   line   of the attempt
--   event
SELECT a.line, t.line AS event
FROM attempts_read AS a
LEFT JOIN (
    SELECT line, event_id FROM ticks_read WHERE line NOT IN (
        SELECT line FROM tick_repeats UNION ALL SELECT first FROM tick_repeats
    )
) AS t ON t.event_id = a.event_id
