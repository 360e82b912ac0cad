-- What became of each event. Outcomes as in `raceview.model.Outcome`, the first that holds; where a file that the
-- verdict needs is missing ({has_attempts}, {has_output} are 0) it is unknown.
--   event, attempts, failed, rows, outcome
SELECT t.event, coalesce(a.attempts, 0) AS attempts, coalesce(a.failed, 0) AS failed, coalesce(r.rows, 0) AS rows,
    CASE
        WHEN {has_output} = 0 THEN 'unknown'
        WHEN r.rows > 1 THEN 'duplicated'
        WHEN r.rows = 1 AND s.event IS NOT NULL THEN 'altered'
        WHEN {has_attempts} = 0 THEN 'unknown'
        WHEN r.rows = 1 AND a.attempts IS NULL THEN 'unlogged'
        WHEN r.rows = 1 AND a.failed = a.attempts THEN 'unacknowledged'
        WHEN r.rows = 1 THEN 'exactly_once'
        WHEN a.attempts > a.failed THEN 'lost'
        WHEN a.attempts IS NOT NULL THEN 'abandoned'
        ELSE 'unprocessed'
    END AS outcome
FROM ticks AS t
LEFT JOIN event_attempts AS a ON a.event = t.event
LEFT JOIN event_rows AS r ON r.event = t.event
LEFT JOIN (SELECT l.event FROM links_found AS l JOIN deltas AS d ON d.row = l.row GROUP BY l.event) AS s
    ON s.event = t.event
