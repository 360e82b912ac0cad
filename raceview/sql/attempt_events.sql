-- The event of each attempt. Where an event_id has several payloads, the attempt belongs to the one whose time is
-- nearest to its start (ties: the first); an event_id without a tick gets a negative number, minus its first line.
--   line   of the attempt
--   event
WITH repeated AS (SELECT DISTINCT t.event_id FROM ticks_read AS t JOIN tick_repeats AS r ON r.first = t.line),
known AS (
    SELECT a.line, t.line AS event
    FROM attempts_read AS a
    JOIN ticks_read AS t ON t.event_id = a.event_id
    WHERE t.event_id NOT IN (SELECT event_id FROM repeated)
),
collided AS (
    SELECT a.line, t.line AS event,
        row_number() OVER (PARTITION BY a.line ORDER BY abs(a.start_ns - t.time_ns), t.line) AS nearness
    FROM attempts_read AS a
    JOIN repeated AS c ON c.event_id = a.event_id
    JOIN ticks_read AS t ON t.event_id = a.event_id
    WHERE t.line NOT IN (SELECT line FROM tick_repeats WHERE same < line)
),
unknown AS (
    SELECT line, -min(line) OVER (PARTITION BY event_id) AS event
    FROM attempts_read AS a
    WHERE NOT EXISTS (SELECT 1 FROM ticks_read AS t WHERE t.event_id = a.event_id)
)
SELECT line, event FROM known
UNION ALL
SELECT line, event FROM collided WHERE nearness = 1
UNION ALL
SELECT line, event FROM unknown
