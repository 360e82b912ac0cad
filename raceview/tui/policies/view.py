"""The policies view: ways to pick one row per event, how they score, and what each would do before anything is written.

Every list comes from a worker that makes one at a time, always for the policy under the cursor by then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.widgets import Static

from raceview.answers.policy_preview import Effect, best, changed_rows, effects, flips
from raceview.model import Policy
from raceview.policies import BASELINES
from raceview.tui.case import Case
from raceview.tui.messages import OpenEvent, OpenReplay, OpenTimeline
from raceview.tui.policies import tables
from raceview.tui.policies.words import NO_OUTPUT, said
from raceview.tui.view import View
from raceview.tui.widgets.table import Table

WIDE = 150
"""Columns from which both lists stand side by side."""
LOW = 26
"""Lines below which the scoreboard makes room for the list that is read."""
LISTS = ("changed", "flips")
_SOON = 0.2
"""Seconds after which a list that is not there yet is not what was there before either."""


@dataclass(frozen=True, slots=True)
class Preview:
    """One policy beside another one: what its lists show, and how many events flip."""

    changed: tables.Listing
    flips: tables.Listing
    flipped: int


class PoliciesView(View):
    """The picker with its scoreboard; below, the rows that would go or change and the events that flip."""

    NAME = "policies"
    HINT = " enter choose · tab to the lists · d compare with this · e export · ? help"
    DEFAULT_CSS = """
    PoliciesView #scores { height: 13; margin-bottom: 1; }
    PoliciesView #said { height: 2; margin-bottom: 1; }
    PoliciesView #lists { layout: horizontal; height: 1fr; }
    PoliciesView .list { width: 1fr; height: 1fr; layout: vertical; }
    PoliciesView .list Static { height: 1; color: $text-muted; }
    PoliciesView .list.-front Static { color: $text; text-style: bold; }
    PoliciesView.-narrow .list { display: none; }
    PoliciesView.-narrow .list.-front { display: block; }
    PoliciesView.-low #scores, PoliciesView.-low #said { margin: 0; }
    PoliciesView.-low.-reading #scores { height: 4; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "choose_or_replay", "Choose this policy; in a list, replay the event"),
        Binding("t", "timeline", "The event on the timeline"),
        Binding("d", "compare", "Compare with this policy"),
        Binding("tab", "list(1)", "Next list", show=False),
        Binding("shift+tab", "list(-1)", "Previous list", show=False),
        Binding("escape", "list(0)", "Back to the scoreboard", show=False),
    ]

    class Scored(Message):
        """The scoreboard, and what every policy would do."""

        def __init__(self, scores: list[dict[str, Any]], found: list[Effect]) -> None:
            super().__init__()
            self.scores, self.found = scores, found

    class Previewed(Message):
        """The lists for a policy beside another one."""

        def __init__(self, pair: tuple[Policy, Policy], preview: Preview) -> None:
            super().__init__()
            self.pair, self.preview = pair, preview

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._scores: dict[Policy, dict[str, Any]] = {}
        self._effects: dict[Policy, Effect] = {}
        self._best: set[Policy] = set()
        self._previews: dict[tuple[Policy, Policy], Preview] = {}
        self._previewing = False
        self._shown: Preview | None = None
        self._pinned: Policy | None = None
        """What to compare with, where that is not the chosen one."""
        self._front = LISTS[0]
        self._place: dict[str, object] = {}
        self._complaint = ""

    def compose(self) -> ComposeResult:
        yield Table((), id="scores", empty="scoring the policies ...")
        yield Static(id="said", markup=False)
        with Container(id="lists"):
            for name in LISTS:
                with Container(id=f"{name}-list", classes="list"):
                    yield Static(id=f"{name}-head", markup=False)
                    yield Table((), id=name, empty="")

    def show_case(self, case: Case) -> None:
        super().show_case(case)
        if case.investigation.files.output is None:
            self.query_one("#scores", Table).load((), empty=NO_OUTPUT)
        else:
            self._score(case)

    def take_focus(self) -> None:
        self.query_one("#scores").focus()

    def place(self) -> dict[str, object]:
        return {"cursor": str(self._cursor or ""), "against": str(self._pinned or "")}

    def go_to_place(self, place: dict[str, object]) -> None:
        self._place = place

    @property
    def _cursor(self) -> Policy | None:
        """The policy under the cursor, None while there is none."""
        key = self.query_one("#scores", Table).key
        return key if isinstance(key, Policy) else None

    @property
    def _chosen(self) -> Policy | None:
        return self.case.investigation.policy if self.case else None

    @property
    def _against(self) -> Policy | None:
        return self._pinned or self._chosen

    @work(thread=True, exclusive=True, group="scores")
    def _score(self, case: Case) -> None:
        inv = case.investigation
        self.post_message(self.Scored(inv.scores, effects(inv)))

    @work(thread=True, group="preview")
    def _preview(self, case: Case, pair: tuple[Policy, Policy]) -> None:
        inv = case.investigation
        flipped = flips(inv, *pair)
        preview = Preview(
            tables.changed(changed_rows(inv, pair[0])), tables.flips(flipped, *pair), flipped.events
        )
        self.post_message(self.Previewed(pair, preview))

    def on_policies_view_scored(self, message: Scored) -> None:
        self._scores = {Policy(line["policy"]): line for line in message.scores}
        self._effects = {effect.policy: effect for effect in message.found}
        self._best = best(message.scores)
        self._draw_scores()
        self._go_to_first_place()
        self._show_policy()

    def _go_to_first_place(self) -> None:
        """Where the user was the last time, or on the chosen policy."""
        known = {str(policy): policy for policy in self._effects}
        self._pinned = known.get(str(self._place.get("against")))
        scores = self.query_one("#scores", Table)
        scores.move_to_key(known.get(str(self._place.get("cursor")), self._chosen))
        self._draw_scores()

    def on_policies_view_previewed(self, message: Previewed) -> None:
        self._previews[message.pair] = message.preview
        self._previewing = False
        self._show_policy()

    @on(Table.Moved, "#scores")
    def _moved(self) -> None:
        self._complaint = ""
        self._show_policy()

    def _show_policy(self) -> None:
        """Say what the policy under the cursor does; its lists, too, or have them made."""
        policy, against = self._cursor, self._against
        if not (self.case and policy and against):
            return
        pair = (policy, against)
        preview = self._previews.get(pair)
        about = said(self._effects[policy], policy is self._chosen, bool(self._scores), self._complaint)
        self.query_one("#said", Static).update(about)
        self._draw_lists(pair, preview)
        if preview is None and not self._previewing:
            self._previewing = True
            self._preview(self.case, pair)
            self.set_timer(_SOON, self._clear_lists)

    def _clear_lists(self) -> None:
        """Where a preview takes its time, the lists of another policy do not stand in for it."""
        if self._previewing:
            self._shown = None
            for name in LISTS:
                self._fill(name, tables.Listing([], [], []), "looking ...")

    @on(Table.Selected, "#scores")
    def action_choose(self) -> None:
        """Choose the policy under the cursor for the export."""
        policy = self._cursor
        if not (self.case and policy):
            return
        if policy in BASELINES:
            self._complaint = f"{policy} is there to compare with: it cannot be exported. Choose another."
        else:
            self._complaint = ""
            self.case.investigation.use_policy(policy)
            self._draw_scores()
        self._show_policy()

    def action_compare(self) -> None:
        """Compare with the policy under the cursor; with the chosen one where it was that already."""
        policy = self._cursor
        self._pinned = None if policy in (self._pinned, self._chosen) else policy
        self._draw_scores()
        self._show_policy()

    @on(Table.Selected, "#changed")
    @on(Table.Selected, "#flips")
    def _open(self) -> None:
        if (event := self._event) is not None:
            self.post_message(OpenEvent(event))

    def action_choose_or_replay(self) -> None:
        """What space means: in the lists it plays the event, as everywhere."""
        if self._focused not in LISTS:
            self.action_choose()
        elif (event := self._event) is not None:
            self.post_message(OpenReplay(event))

    def action_timeline(self) -> None:
        """Show the event under the cursor of a list on the timeline."""
        if (event := self._event) is not None:
            self.post_message(OpenTimeline(event))

    @property
    def _focused(self) -> str:
        """The table that the keys go to."""
        return next((name for name in LISTS if self.query_one(f"#{name}").has_focus), "scores")

    @property
    def _event(self) -> int | None:
        """The event under the cursor of the list that the keys go to."""
        key = self.query_one(f"#{self._focused}", Table).key
        return key[0] if isinstance(key, tuple) else None

    def action_list(self, step: int) -> None:
        """Go on to the next table; by 0, back to the scoreboard."""
        order = ("scores", *LISTS)
        name = order[(order.index(self._focused) + step) % len(order)] if step else order[0]
        if name in LISTS:
            self._front = name  # before it is focused: what is hidden cannot be
            self._show_policy()
        self._place_lists()
        self.query_one(f"#{name}").focus()

    def on_descendant_focus(self) -> None:
        self.set_class(self._focused in LISTS, "-reading")

    def on_mount(self) -> None:
        self._place_lists()

    def on_resize(self) -> None:
        self.set_class(self.size.width < WIDE, "-narrow")
        self.set_class(self.size.height < LOW, "-low")
        self._draw_scores()
        self._show_policy()

    def _place_lists(self) -> None:
        for name in LISTS:
            self.query_one(f"#{name}-list").set_class(name == self._front, "-front")

    def _draw_scores(self) -> None:
        if not self.case or not self._effects:
            return
        marks = tables.Marks(self._chosen, self._pinned, frozenset(self._best))
        wide = self.size.width >= WIDE
        if self._scores:
            self._fill("scores", tables.scoreboard(self._scores, self._effects, marks, wide))
        else:
            self._fill("scores", tables.effects(self._effects, marks))

    def _fill(self, name: str, listing: tables.Listing, empty: str = "") -> None:
        self.query_one(f"#{name}", Table).load(listing.rows, listing.keys, heads=listing.heads, empty=empty)

    def _draw_lists(self, pair: tuple[Policy, Policy], preview: Preview | None) -> None:
        policy, against = pair
        narrow = self.has_class("-narrow")
        flipped = None if preview is None else preview.flipped
        heads = tables.headings(self._effects[policy], against, flipped, narrow)
        for name, heading in heads.items():
            self.query_one(f"#{name}-head", Static).update(heading)
        if preview is None or preview is self._shown:
            return
        self._shown = preview
        self._fill("changed", preview.changed, f"{policy} leaves every row as it is")
        same = "the same policy: on another one, d compares with that" if policy is against else ""
        same = same or f"{policy} and {against} write the same values"
        self._fill("flips", preview.flips, same)
        for name in LISTS:  # the lists of another policy begin at their beginning
            self.query_one(f"#{name}", Table).move_to(0)
