"""Tests of what an export writes: names, headers and bytes, and that a set of files is whole or says that it is not."""
