-- Every worker of the worker log, numbered in the order of its name.
--   worker     from 0
--   worker_id  as written
SELECT row_number() OVER (ORDER BY worker_id) - 1 AS worker, worker_id
FROM (SELECT DISTINCT worker_id FROM attempts_read) AS named
