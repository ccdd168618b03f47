"""How Prefect's server of ours waits for the event that another one follows (`PREFECT_SERVER_EVENTS_CAUSAL_ORDERING`).

A run's state that comes within five minutes of the one before it is looked at by the automations when that one has
been. Which ones have been, a server remembers in memory: begun anew, Prefect's own order waits a quarter of an hour for
what came before it began, and nobody hears of a crash for so long, or ever, should it be begun anew meanwhile. Those
events were the former server's; this one does not wait for them.
"""

from __future__ import annotations

from uuid import UUID

from prefect.server.events.ordering import memory
from prefect.server.events.schemas.events import ReceivedEvent

from flows import clock

_TIME_ORDERED = 7
"""The version of Prefect's ids of states, which are those of their events: they begin with the time in milliseconds."""


class CausalOrdering(memory.CausalOrdering):
    """Prefect's own, but for what came before it began."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        if not hasattr(self, "began"):  # there is one for each scope
            self.began = int(clock.now().timestamp() * 1000)

    async def wait_for_leader(self, event: ReceivedEvent) -> None:
        """Returns when it is the event's turn. Raises `EventArrivedEarly` where the one before it is still to come."""
        if event.follows is None or not self._is_of_a_former_server(event.follows):
            await super().wait_for_leader(event)

    def _is_of_a_former_server(self, leader: UUID) -> bool:
        return leader.version == _TIME_ORDERED and leader.int >> 80 < self.began
