-- What became of each event. Outcomes as in `raceview.model.Outcome`, the first that holds; where a file that the
-- verdict needs is missing ({has_attempts}, {has_output} are 0) it is unknown.
--   event, attempts, failed, rows, outcome
WITH counted AS (
    SELECT t.event,
        CASE WHEN a.event IS NOT NULL THEN a.attempts WHEN bare.event IS NOT NULL THEN 0 ELSE 1 END AS attempts,
        coalesce(a.failed, 0) AS failed,
        CASE WHEN r.event IS NOT NULL THEN r.rows WHEN rowless.event IS NOT NULL THEN 0 ELSE 1 END AS rows
    FROM ticks AS t
    LEFT JOIN event_attempts AS a ON a.event = t.event
    LEFT JOIN event_rows AS r ON r.event = t.event
    LEFT JOIN (
        SELECT event FROM ticks AS k WHERE NOT EXISTS (SELECT 1 FROM attempts AS m WHERE m.event = k.event)
    ) AS bare ON bare.event = t.event
    LEFT JOIN (
        SELECT event FROM ticks AS k WHERE NOT EXISTS (SELECT 1 FROM links AS m WHERE m.event = k.event)
    ) AS rowless ON rowless.event = t.event
)
SELECT c.event, c.attempts, c.failed, c.rows,
    CASE
        WHEN {has_output} = 0 THEN 'unknown'
        WHEN c.rows > 1 THEN 'duplicated'
        WHEN c.rows = 1 AND s.event IS NOT NULL THEN 'altered'
        WHEN {has_attempts} = 0 THEN 'unknown'
        WHEN c.rows = 1 AND c.attempts = 0 THEN 'unlogged'
        WHEN c.rows = 1 AND c.failed = c.attempts THEN 'unacknowledged'
        WHEN c.rows = 1 THEN 'exactly_once'
        WHEN c.attempts > c.failed THEN 'lost'
        WHEN c.attempts > 0 THEN 'abandoned'
        ELSE 'unprocessed'
    END AS outcome
FROM counted AS c
LEFT JOIN (SELECT l.event FROM links_found AS l JOIN deltas AS d ON d.row = l.row GROUP BY l.event) AS s
    ON s.event = c.event
