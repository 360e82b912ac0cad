"""What happened, in words and numbers: the first view."""
