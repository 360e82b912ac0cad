-- The attempts as integers, each with the event whose only tick bears its event_id.
--   line
--   event       NULL where no tick bears it, or several do
--   worker      of `workers`
--   start_ns, end_ns   end_ns is NULL where the window is open
--   failed      1 where it timed out
SELECT a.line, t.line AS event, w.worker, a.start_ns, a.end_ns,
    CASE WHEN a.status = 'timeout' THEN 1 ELSE 0 END AS failed
FROM attempts_read AS a
JOIN workers AS w ON w.worker_id = a.worker_id
LEFT JOIN (
    SELECT line, event_id FROM ticks_read WHERE line NOT IN (
        SELECT line FROM tick_repeats UNION ALL SELECT first FROM tick_repeats
    )
) AS t ON t.event_id = a.event_id
