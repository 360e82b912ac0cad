"""What holds of every bundle: simulated ones of every family, and such ones with their bytes and lines mangled."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import raceview
from analysis.conservation import check_conservation
from raceview.errors import RaceviewError
from raceview.export import write_exports
from raceview.model import Options, Policy
from raceview.simulate.families import Family, Order
from raceview.simulate.simulation import simulate

FILES = ("raw_tick_events.log", "worker_logs.csv", "final_output.csv")
SOME = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)
"""No shrinking: an example takes a second, and a seed is as good a witness as a small one."""

options = st.builds(
    Options,
    policy=st.sampled_from([None, Policy.FIRST, Policy.MEAN, Policy.EXACT_KEY]),
    drop_phantoms=st.booleans(),
    threshold=st.sampled_from([0.5, 0.0, 0.9, 1.0]),
)
bundles = st.tuples(
    st.sampled_from(Family), st.integers(50, 300), st.integers(0, 2**16), st.sampled_from(Order)
)

JUNK = (
    b"", b"\r", b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b'"', b'""', b",", b",,,,,", b"nonsense", b"{}", b"null",
    b"NaN,inf,-0",
    b"AAPL,2025-07-12T09:15:00Z,1e400", b'{"event_id": "x", "timestamp": 1e30, "symbol": "A", "price": "9" }',
    b'"a\nb",2025-07-12T09:15:00.5+05:30,7', b"evt_0000001,worker-1,2025-07-12T09:15:00,2025-07-12T09:14:00,success",
    "\u2028\x1b[31m=1+1".encode(),
)  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn, content: bytes) -> bytes:
    """The bytes with a few lines or single bytes mangled; rarely the header, for no bundle comes through that."""
    lines = content.split(b"\n")
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(1, len(lines) - 1))
        line = lines[at]
        match draw(st.sampled_from(["drop", "repeat", "swap", "junk", "cut", "byte", "crlf", "move"])):
            case "drop":
                lines[at : at + 1] = []
            case "repeat":
                lines[at:at] = [line] * draw(st.integers(1, 3))
            case "swap":
                lines[at], lines[-1] = lines[-1], line
            case "junk":
                lines[at:at] = [draw(st.sampled_from(JUNK))]
            case "cut":
                lines[at] = line[: draw(st.integers(0, len(line)))]
            case "byte":
                where = draw(st.integers(0, len(line)))
                lines[at] = line[:where] + draw(st.binary(max_size=2)) + line[where + 1 :]
            case "crlf":
                lines = [line + b"\r" for line in lines]
            case "move":
                lines[at] = line.replace(b"2", b"3", draw(st.integers(1, 3)))
        if len(lines) < 2:
            break
    return b"\n".join(lines)[: draw(st.sampled_from([None, -1, -7]))]


@settings(SOME, max_examples=12)
@given(bundle=bundles, options=options)
def test_a_clean_bundle_is_conserved_and_gives_the_same_bytes_twice(
    bundle: tuple[Family, int, int, Order], options: Options
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = simulate(Path(folder) / "bundle", *bundle)
        exports = [_export(made.folder, Path(folder) / name, options) for name in ("once", "again")]
        assert exports[0] == exports[1]


@settings(SOME, max_examples=24)
@given(data=st.data(), options=options)
def test_a_mangled_bundle_is_conserved_or_refused_in_one_sentence(
    data: st.DataObject, options: Options
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = simulate(Path(folder) / "bundle", *data.draw(bundles))
        for name in FILES:
            path = made.folder / name
            path.write_bytes(data.draw(mutations(path.read_bytes()), label=name))
        refused = _refusal(made.folder, Path(folder) / "out", options)
    assert len(refused.splitlines()) <= 1
    assert not refused or any(name in refused for name in FILES)


@pytest.mark.parametrize("family", Family)
def test_a_mangled_line_of_each_file_is_refused_alone(tmp_path: Path, family: Family) -> None:
    """The run goes on: one record of each file is in quarantine, all others are used."""
    made = simulate(tmp_path / "bundle", family, 60, 5)
    for name in FILES:
        lines = (made.folder / name).read_bytes().split(b"\n")
        lines[20] = lines[20][:9]
        (made.folder / name).write_bytes(b"\n".join(lines))
    with raceview.open_bundle(made.folder) as inv:
        assert [(file.role, file.records, file.quarantined) for file in inv.files.present()] == [
            ("ticks", made.event_count, 1),
            ("attempts", made.attempt_count, 1),
            ("output", made.row_count, 1),
        ]
        assert inv.quarantine()[["file", "line"]].to_numpy().tolist() == [
            ["final_output.csv", 21],
            ["raw_tick_events.log", 21],
            ["worker_logs.csv", 21],
        ]


@pytest.mark.parametrize(
    ("time", "price"),
    [
        ("1900-01-01T00:00:00Z", "-1000000000"),
        ("2099-12-31T23:59:59Z", "8000000000"),
        ("-9223372036854775808", "1"),  # what pandas writes for no time
        ("2025-07-12T09:15:00Z", "-9223372036"),
    ],
)
def test_a_broken_time_or_price_stops_nothing(tmp_path: Path, time: str, price: str) -> None:
    """One record of each file, beside two at the ends of what can be read: used or refused, and the run goes on."""
    made = simulate(tmp_path / "bundle", Family.MIXED, 200, 1)
    symbol = made.output.read_text().splitlines()[1].partition(",")[0]
    for name, line in {
        "raw_tick_events.log": '{{"event_id": "x", "timestamp": "{time}", "symbol": "{symbol}", "price": 5}}',
        "worker_logs.csv": "x,worker-1,{time},{time},success",
        "final_output.csv": "{symbol},{time},{price}",
    }.items():
        with (made.folder / name).open("a") as file:
            for at, cost in ((time, price), ("1900-01-02T00:00:00Z", "5"), ("2099-12-30T00:00:00Z", "7")):
                file.write(line.format(time=at, price=cost, symbol=symbol) + "\n")
    options = Options(policy=Policy.MEAN, jitter_ns=10**20, price_tolerance_units=10**20)
    for chosen in (Options(), options):
        assert _refusal(made.folder, tmp_path / "out", chosen) == ""


def _export(bundle: Path, out: Path, options: Options) -> dict[str, bytes]:
    with raceview.open_bundle(bundle, options=options) as inv:
        written = write_exports(inv, out)
        check_conservation(inv, out)
    return {path.name: path.read_bytes() for path in written}


def _refusal(bundle: Path, out: Path, options: Options) -> str:
    """What is said where the bundle cannot be used; nothing where it can."""
    try:
        _export(bundle, out, options)
    except RaceviewError as error:
        return str(error)
    return ""
