-- The rows after which the inferred events are named.
--   row, event
--   twins   1: twins cannot be told from copies here, so that no event is known to have one
SELECT o.row, t.line AS event, 1 AS twins
FROM ticks_read AS t
JOIN outputs_read AS o ON o.line = t.line
