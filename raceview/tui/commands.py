"""The command palette: every action that has a key here, and the themes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider

if TYPE_CHECKING:
    from textual.types import IgnoreReturnCallbackType


class ActionsProvider(Provider):
    """Made from the bindings of the screen below the palette, so that it cannot go stale."""

    async def discover(self) -> Hits:
        """What the palette shows before anything is typed."""
        for name, about, run in self._actions():
            yield DiscoveryHit(name, run, help=about)

    async def search(self, query: str) -> Hits:
        """What fits the words typed."""
        matcher = self.matcher(query)
        for name, about, run in (*self._actions(), *self._themes()):
            if (match := matcher.match(name)) > 0:
                yield Hit(match, matcher.highlight(name), run, help=about)

    def _actions(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        seen = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            what = (active.node, binding.action)
            if binding.description and active.enabled and what not in seen:
                seen.add(what)
                run = partial(self.app.run_action, binding.action, active.node)
                yield binding.description, f"key {self.app.get_key_display(binding)}", run
        for name, about, run_theme, _ in self.app.get_system_commands(self.screen):
            yield name, about, run_theme

    def _themes(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        for theme in self.app.available_themes:
            yield f"Theme: {theme}", "use these colours", partial(setattr, self.app, "theme", theme)
