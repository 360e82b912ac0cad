"""The five views, one a file."""
