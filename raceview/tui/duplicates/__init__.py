"""The list of duplicated events."""
