"""The page of one event: tick, attempts, rows, why."""
