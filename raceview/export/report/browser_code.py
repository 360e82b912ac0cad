"""The program that draws the charts in a browser: vega, vega-lite and vega-embed as one script, from vl-convert.

Putting it together takes vl-convert more than two seconds of one core, whatever is drawn with it. So it can be begun
early and goes on in a thread of its own, while the files are read; it is made once in a process.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache


@cache
def begun() -> Future[str]:
    """The script, being made."""
    aside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="browser-code")
    making = aside.submit(_make)
    aside.shutdown(wait=False)
    return making


def _make() -> str:
    import vl_convert

    code = str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
    import altair  # noqa: F401  # what makes the charts, while nobody waits for it

    return code.replace("</script", "<\\/script")
