"""The part of time that a chart shows: from where, and how much in a column. Integers, so nothing drifts."""

from __future__ import annotations

from dataclasses import dataclass, replace

_LEADS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Window:
    """`width` columns of `step` ns each, the first at `left` (ns of screen time)."""

    left: int
    step: int
    width: int

    @property
    def right(self) -> int:
        """Where the last column ends."""
        return self.left + self.step * self.width

    @property
    def centre(self) -> int:
        return self.left + self.step * self.width // 2

    def column(self, at: int) -> int:
        """The column of a time; it may lie outside."""
        return (at - self.left) // self.step

    def zoomed(self, inwards: bool, about: int) -> Window:
        """The next step of 1, 2, 5, 10 ...; `about` stays in its column."""
        step = next_step(self.step, inwards)
        return replace(self, step=step, left=about - (about - self.left) * step // self.step)

    def panned(self, columns: int) -> Window:
        return replace(self, left=self.left + columns * self.step)

    def centred(self, at: int) -> Window:
        return replace(self, left=at - self.step * self.width // 2)

    def resized(self, width: int) -> Window:
        """Another width about the same centre, as wide a column."""
        return replace(self, width=width).centred(self.centre)

    def bounded(self, first: int, last: int) -> Window:
        """The nearest window whose centre lies in [first, last); what would show more than that shows just that."""
        whole = Window.fitting(first, last, self.width)
        if self.step >= whole.step:
            return whole
        return self if first <= self.centre <= last else self.centred(min(max(self.centre, first), last))

    @classmethod
    def fitting(cls, first: int, last: int, width: int) -> Window:
        """The narrowest window with a whole step that shows [first, last) entirely."""
        step = max(1, -(-(last - first) // width))
        return cls(first - (step * width - (last - first)) // 2, step, width)


def next_step(step: int, smaller: bool) -> int:
    """The next of 1, 2, 5, 10, 20, 50 ... below or above."""
    power = int(10 ** (len(str(step)) - 1))
    steps = [lead * scale for scale in (power // 10, power, power * 10) if scale for lead in _LEADS]
    if smaller:
        return max((s for s in steps if s < step), default=1)
    return min(s for s in steps if s > step)


def round_step(step: int) -> int:
    """The least of 1, 2, 5, 10 ... that is not below `step`."""
    return next_step(step - 1, smaller=False) if step > 1 else 1
