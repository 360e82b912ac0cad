"""What a screen or a report asks of an investigation, as plain values: one question a file.

Nothing here draws or formats for a width; nothing here knows Textual. Every function may be called from any thread.
"""
