-- How often each event was attempted; events without an attempt are not here.
--   event, attempts
--   failed     how many timed out
SELECT event, count(*) AS attempts, CAST(sum(failed) AS BIGINT) AS failed FROM attempts GROUP BY event
