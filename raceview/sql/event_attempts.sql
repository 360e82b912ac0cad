-- How often each event was attempted that was not attempted just once with success. Every other event that was
-- attempted has one attempt, and none that failed.
--   event, attempts
--   failed     how many timed out
SELECT event, count(*) AS attempts, CAST(sum(failed) AS BIGINT) AS failed
FROM attempts
WHERE event IN (SELECT event FROM attempts WHERE attempt = 2 OR failed = 1)
GROUP BY event
