"""Per-worker lanes that one can walk, zoom and pan."""
