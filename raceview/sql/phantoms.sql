-- Rows that no event can have produced.
--   row
SELECT r.row
FROM (SELECT row FROM rest UNION ALL SELECT row FROM reopened) AS r
WHERE NOT EXISTS (SELECT 1 FROM links_found AS l WHERE l.row = r.row)
