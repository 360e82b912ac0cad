"""The line of keys at the foot of every screen: where it is too long, whole keys are left out, the way out never."""

from __future__ import annotations

from textual.widgets import Static

from raceview.safe_text import columns

_JOINT = " · "


class KeysLine(Static):
    """Keys, as many as there is room for. The first is what one does here, the last leads out, or to all of them."""

    def __init__(self, keys: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._keys = keys

    def tell(self, keys: str) -> None:
        """Show other keys."""
        self._keys = keys
        self.update(fitting(keys, self.size.width or self.app.size.width))

    def on_mount(self) -> None:
        self.tell(self._keys)

    def on_resize(self) -> None:
        self.tell(self._keys)


def fitting(keys: str, width: int) -> str:
    """`keys` without as many from its end as do not fit; the last one stays."""
    *parts, last = keys.split(_JOINT)
    while parts and columns(_JOINT.join([*parts, last])) > width:
        parts.pop()
    return _JOINT.join([*parts, last])
