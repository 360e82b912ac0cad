-- Every symbol of the ticks and of the output, numbered in the order of its text.
--   symbol_id  from 1
--   symbol     as written
SELECT row_number() OVER (ORDER BY symbol) AS symbol_id, symbol
FROM (SELECT symbol FROM ticks_read UNION SELECT symbol FROM outputs_read) AS named
