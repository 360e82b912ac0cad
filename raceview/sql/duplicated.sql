-- One line per duplicated event.
--   event, symbol_id, rows
--   price_min_units, price_max_units, time_shift_ns   over its rows: least, greatest, greatest less least
--   kind                    in what its rows differ from each other
--   cause, first_line, second_line, margin_ns         of its first duplicate row
--   confidence_millionths   the least of its rows
SELECT s.event, t.symbol_id, s.rows, s.price_min_units, s.price_max_units, s.time_shift_ns,
    CASE
        WHEN s.price_min_units < s.price_max_units AND s.time_shift_ns > 0 THEN 'price+time'
        WHEN s.price_min_units < s.price_max_units THEN 'price'
        WHEN s.time_shift_ns > 0 THEN 'time'
        ELSE 'identical'
    END AS kind,
    c.cause, c.first_line, c.second_line, c.margin_ns, s.confidence_millionths
FROM (
    SELECT w.event, count(*) AS rows, min(o.price_units) AS price_min_units, max(o.price_units) AS price_max_units,
        max(o.time_ns) - min(o.time_ns) AS time_shift_ns, min(w.confidence_millionths) AS confidence_millionths
    FROM crowded AS w
    JOIN outputs AS o ON o.row = w.row
    GROUP BY w.event
) AS s
JOIN ticks AS t ON t.event = s.event
JOIN crowded AS second ON second.event = s.event AND second.place = 2
JOIN causes AS c ON c.row = second.row
