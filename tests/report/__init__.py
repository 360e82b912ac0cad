"""Tests of the report: that it agrees with the exports, that it opens in a browser, and that nothing in it runs."""
