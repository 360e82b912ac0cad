"""Everything that is not as it should be, as one list."""
