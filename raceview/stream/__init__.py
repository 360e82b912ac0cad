"""What `deduplicate-stream` needs beside its command line: the files that it reads and replaces, and what it tells."""
