-- Duplicates per symbol of the ticks.
--   symbol
--   events, duplicated_events, extra_rows
--   duplicate_rate_millionths              duplicated events of a million
--   identical, price_shifted, time_shifted  duplicated events by kind; one may be shifted in both
--   price_shift_min_units, price_shift_max_units, time_shift_min_ns, time_shift_max_ns   NULL where there are none
SELECT s.symbol, t.events, coalesce(d.duplicated_events, 0) AS duplicated_events,
    coalesce(d.extra_rows, 0) AS extra_rows,
    (2000000 * coalesce(d.duplicated_events, 0) + t.events) // (2 * t.events) AS duplicate_rate_millionths,
    coalesce(d.identical, 0) AS identical, coalesce(d.price_shifted, 0) AS price_shifted,
    coalesce(d.time_shifted, 0) AS time_shifted,
    d.price_shift_min_units, d.price_shift_max_units, d.time_shift_min_ns, d.time_shift_max_ns
FROM (SELECT symbol_id, count(*) AS events FROM ticks GROUP BY symbol_id) AS t
JOIN symbols AS s ON s.symbol_id = t.symbol_id
LEFT JOIN (
    SELECT symbol_id, count(*) AS duplicated_events, CAST(sum(rows - 1) AS BIGINT) AS extra_rows,
        CAST(sum(CASE WHEN kind = 'identical' THEN 1 ELSE 0 END) AS BIGINT) AS identical,
        CAST(sum(CASE WHEN kind IN ('price', 'price+time') THEN 1 ELSE 0 END) AS BIGINT) AS price_shifted,
        CAST(sum(CASE WHEN kind IN ('time', 'price+time') THEN 1 ELSE 0 END) AS BIGINT) AS time_shifted,
        min(price_max_units - price_min_units) AS price_shift_min_units,
        max(price_max_units - price_min_units) AS price_shift_max_units,
        min(time_shift_ns) AS time_shift_min_ns, max(time_shift_ns) AS time_shift_max_ns
    FROM duplicated
    GROUP BY symbol_id
) AS d ON d.symbol_id = t.symbol_id
