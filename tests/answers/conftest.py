"""Bundles made by hand, as for the analysis."""

from __future__ import annotations

from analysis.conftest import bundle, linked, matched, stack

__all__ = ["bundle", "linked", "matched", "stack"]
