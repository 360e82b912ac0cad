"""Ways to pick one row per event, and what each would do."""
