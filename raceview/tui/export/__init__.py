"""Writing the files from the screen: where to, by which policy, and what came of it."""
