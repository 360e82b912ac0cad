"""The data set that the project began with: the numbers that future_improvements.md decides by."""

from __future__ import annotations

from pathlib import Path

import pytest

import raceview
from safeguards.conftest import answers, table

DATA = Path(__file__).parents[2] / "../shared/data/assessment"


@pytest.mark.skipif(not DATA.is_dir(), reason="the assessment data lie beside the project, not in it")
def test_what_would_have_prevented_its_duplicates() -> None:
    with raceview.open_bundle(DATA) as inv:
        assert answers(inv) == table(
            """
            safeguard             low high harmed
            unique_event_id       250 250  0
            symbol_time_key       0   0    2
            ttl_key               250 250  0
            source_time           0   0    0
            source_time_key       250 250  0
            source_time_price_key 2   2    0
            atomic_claim          250 250  0
            single_writer         185 185  0
            lease                 250 250  0
            heartbeat             250 250  0
            timeout               0   0    0
            fencing_token         0   250  0
            transaction           0   0    100
            """
        )
        assert [one.setting for one in inv.safeguards_list if one.setting] == ["TTL 17 ms", "lease 16 ms"]
