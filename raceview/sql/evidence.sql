-- Why each event that was not processed exactly once has its outcome: a sentence with the numbers, the lines of the
-- worker log and the rows of the output, as somebody would look them up.
--   event, outcome, attempts, rows
--   evidence
WITH told AS (
    SELECT g.event, g.outcome, g.attempts, g.failed, g.rows, k.event_id
    FROM ledger AS g
    JOIN ticks_read AS k ON k.line = g.event
    WHERE g.outcome NOT IN ('exactly_once', 'unknown')
),
row_lists AS (
    SELECT l.event, string_agg(CAST(l.row AS VARCHAR), ', ' ORDER BY l.row) AS listed
    FROM links AS l
    JOIN told AS t ON t.event = l.event
    GROUP BY l.event
),
line_lists AS (
    SELECT a.event, string_agg(CAST(a.line AS VARCHAR), ', ' ORDER BY a.attempt) AS listed
    FROM attempts AS a
    JOIN told AS t ON t.event = a.event AND t.outcome <> 'duplicated'
    GROUP BY a.event
),
altered AS (
    SELECT l.event, d.time_delta_ns, d.price_delta_units
    FROM deltas AS d
    JOIN links_found AS l ON l.row = d.row
    JOIN told AS t ON t.event = l.event AND t.outcome = 'altered'
),
shown AS (
    SELECT line, worker_id, start_time, start_ns, end_time, end_ns, status
    FROM attempts_read
    WHERE line IN (SELECT first_line FROM duplicated UNION SELECT second_line FROM duplicated)
),
claims AS (
    SELECT d.event, d.cause, p.overlap, a.worker_id AS first_worker, a.start_time AS first_start,
        a.end_time AS first_end, a.line AS first_line, b.worker_id AS second_worker, b.start_time AS second_start,
        b.end_time AS second_end, b.line AS second_line, a.status AS first_status, b.status AS second_status,
        CASE WHEN a.end_ns IS NULL THEN 'with no end logged' ELSE 'to ' || a.end_time END AS first_until,
        CASE
            WHEN a.end_ns IS NULL THEN ''
            WHEN b.start_ns < a.end_ns THEN ', ' || {early_ms} || ' ms before release'
            WHEN b.start_ns = a.start_ns THEN ', at the same instant'
            ELSE ', ' || {late_ms} || ' ms after that'
        END AS distance
    FROM duplicated AS d
    JOIN shown AS a ON a.line = d.first_line
    JOIN shown AS b ON b.line = d.second_line
    LEFT JOIN attempt_pairs AS p ON p.first_line = d.first_line AND p.second_line = d.second_line
)
SELECT t.event, t.outcome, t.attempts, t.rows,
    CASE t.outcome
        WHEN 'duplicated' THEN
            CASE
                WHEN c.cause IN ('concurrent_claim', 'self_overlap') THEN
                    c.first_worker || ' held it from ' || c.first_start || ' ' || c.first_until || ' (line '
                    || CAST(c.first_line AS VARCHAR) || '); ' || c.second_worker || ' claimed it at '
                    || c.second_start || ' (line ' || CAST(c.second_line AS VARCHAR) || ')' || c.distance
                WHEN c.cause = 'redelivery' THEN
                    c.first_worker || ' finished it at ' || c.first_end || ' (line '
                    || CAST(c.first_line AS VARCHAR) || '); ' || c.second_worker || ' took it again at '
                    || c.second_start || ' (line ' || CAST(c.second_line AS VARCHAR) || ')' || c.distance
                WHEN c.cause = 'zombie_write' THEN
                    c.first_worker || ' took it at ' || c.first_start || ', ' || c.first_status || ' (line '
                    || CAST(c.first_line AS VARCHAR) || '); ' || c.second_worker || ' at ' || c.second_start || ', '
                    || c.second_status || ' (line ' || CAST(c.second_line AS VARCHAR)
                    || '); both wrote, though '
                    || CASE WHEN c.first_status = c.second_status THEN 'both' ELSE 'one of them' END || ' timed out'
                WHEN d.cause = 'double_emit' THEN
                    CAST(t.rows AS VARCHAR) || ' rows for ' || CAST(t.attempts AS VARCHAR)
                    || CASE WHEN t.attempts = 1 THEN ' attempt' ELSE ' attempts' END
                WHEN d.cause = 'unexplained' THEN
                    'the worker log does not account for it: ' || CAST(t.rows AS VARCHAR) || ' rows, '
                    || CAST(t.attempts AS VARCHAR) || ' attempts'
                ELSE CAST(t.rows AS VARCHAR) || ' rows'
            END || '; rows ' || r.listed
        WHEN 'altered' THEN
            'row ' || r.listed || ' is ' || {time_delta_ms} || ' ms and ' || {price_delta} || ' off its tick'
        WHEN 'unlogged' THEN 'row ' || r.listed || ', but no attempt in the worker log'
        WHEN 'unacknowledged' THEN 'timed out (line ' || n.listed || '), yet row ' || r.listed || ' was written'
        WHEN 'lost' THEN 'succeeded (line ' || n.listed || '), but no row was written'
        WHEN 'abandoned' THEN 'timed out (line ' || n.listed || '), and no row was written'
        ELSE 'no attempt and no row'
    END AS evidence
FROM told AS t
LEFT JOIN duplicated AS d ON d.event = t.event
LEFT JOIN claims AS c ON c.event = t.event
LEFT JOIN row_lists AS r ON r.event = t.event
LEFT JOIN line_lists AS n ON n.event = t.event
LEFT JOIN altered AS f ON f.event = t.event
