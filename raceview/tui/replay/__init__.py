"""One race in slow motion."""
