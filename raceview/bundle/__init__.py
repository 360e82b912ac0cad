"""Finds and reads the three files of a bundle; see `find_bundle` and `read_bundle`."""

from __future__ import annotations

from raceview.bundle.find import BundlePaths, find_bundle
from raceview.bundle.read import read_bundle
from raceview.bundle.source_file import BundleFiles, SourceFile

__all__ = ["BundleFiles", "BundlePaths", "SourceFile", "find_bundle", "read_bundle"]
