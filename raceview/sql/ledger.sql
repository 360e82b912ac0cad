-- What became of each event. Outcomes as in `raceview.model.Outcome`, the first that holds; where a file that the
-- verdict needs is missing ({has_attempts}, {has_output} are 0) it is unknown.
--   event, attempts, failed, rows, outcome
-- `attempted` and `written` have a bit for every event that was attempted or has a row, 60 to a block.
WITH attempted AS (
    SELECT event // 60 AS block, bit_or(CAST(1 AS BIGINT) << CAST(event % 60 AS INTEGER)) AS bits
    FROM attempts
    WHERE event >= 0
    GROUP BY event // 60
),
written AS (
    SELECT event // 60 AS block, bit_or(CAST(1 AS BIGINT) << CAST(event % 60 AS INTEGER)) AS bits
    FROM links
    GROUP BY event // 60
),
counted AS (
    SELECT t.event,
        coalesce(a.attempts, (d.bits >> CAST(t.event % 60 AS INTEGER)) & 1, 0) AS attempts,
        coalesce(a.failed, 0) AS failed,
        coalesce(r.rows, (w.bits >> CAST(t.event % 60 AS INTEGER)) & 1, 0) AS rows
    FROM ticks AS t
    LEFT JOIN event_attempts AS a ON a.event = t.event
    LEFT JOIN event_rows AS r ON r.event = t.event
    LEFT JOIN attempted AS d ON d.block = t.event // 60
    LEFT JOIN written AS w ON w.block = t.event // 60
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
