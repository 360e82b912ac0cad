"""The command line: `main` runs it; one command a file, but the default one and `simulate`, which are in `main`."""
