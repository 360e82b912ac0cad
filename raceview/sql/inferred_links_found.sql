-- The rows of the groups, each linked to its group's event.
--   row, event
--   attempt_line, offset_ns   0: neither is known
--   confidence_millionths     1000000 for the first row of an event; of the others the probability to be its copy
--   group_confidence_millionths   the same
SELECT i.row, f.line AS event, CAST(0 AS BIGINT) AS attempt_line, CAST(0 AS BIGINT) AS offset_ns,
    i.probability_millionths AS confidence_millionths, i.probability_millionths AS group_confidence_millionths
FROM inferred AS i
JOIN outputs_read AS f ON f.row = i.first_row
