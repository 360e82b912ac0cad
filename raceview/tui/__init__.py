"""The terminal investigator: the only part that knows Textual. Workers compute and post messages; handlers draw."""
