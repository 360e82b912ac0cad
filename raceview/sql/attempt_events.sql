-- The event of each attempt whose event_id alone does not tell it; few, or none. Where an event_id has several payloads,
-- the attempt belongs to the one whose time is nearest to its start (ties: the first); an event_id without a tick gets a
-- negative number, minus its first line.
--   line   of the attempt
--   event
WITH loose AS (
    SELECT a.line, a.event_id, a.start_ns
    FROM attempts_read AS a
    JOIN attempt_matches AS m ON m.line = a.line
    WHERE m.event IS NULL
),
payloads AS (
    SELECT line, event_id, time_ns
    FROM ticks_read
    WHERE line IN (SELECT same FROM tick_repeats UNION SELECT first FROM tick_repeats)
),
nearest AS (
    SELECT a.line, t.line AS event,
        row_number() OVER (PARTITION BY a.line ORDER BY abs(a.start_ns - t.time_ns), t.line) AS nearness,
        -min(a.line) OVER (PARTITION BY a.event_id) AS unknown
    FROM loose AS a
    LEFT JOIN payloads AS t ON t.event_id = a.event_id
)
SELECT line, coalesce(event, unknown) AS event FROM nearest WHERE nearness = 1
