-- Which event each row came from; a row without a link is a phantom.
--   row, event
--   attempt_line            line of the attempt that wrote it, NULL where that cannot be known
--   offset_ns               clock offset of that attempt's worker, 0 where unknown
--   confidence_millionths   probability that the row came from this event
SELECT row, event, nullif(attempt_line, 0) AS attempt_line, offset_ns, confidence_millionths
FROM links_found
UNION ALL
SELECT x.row, x.event, NULL AS attempt_line, 0 AS offset_ns, 1000000 // x.twins AS confidence_millionths
FROM exact AS x
WHERE x.row NOT IN (SELECT row FROM reopened)
