"""Tests of the analysis: from typed relations to verdicts, policies and scores."""
