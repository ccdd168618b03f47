"""A server of ours that was begun anew does not wait for events of the one before it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from prefect.server.events.ordering import EventArrivedEarly, get_triggers_causal_ordering
from prefect.server.events.schemas.events import ReceivedEvent, Resource
from prefect.server.schemas.states import State, StateType
from prefect.settings import PREFECT_SERVER_EVENTS_CAUSAL_ORDERING, temporary_settings

from flows.clock import now
from flows.local.event_order import CausalOrdering
from flows.observability.server_needs import VARIABLES


@pytest.fixture
def order() -> Iterator[CausalOrdering]:
    """Prefect's server finds it by the setting with which ours is started."""
    name = "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING"
    CausalOrdering.clear_all_scopes()
    with temporary_settings({PREFECT_SERVER_EVENTS_CAUSAL_ORDERING: VARIABLES[name]}):
        found = get_triggers_causal_ordering()
        assert isinstance(found, CausalOrdering) and found is get_triggers_causal_ordering()
        yield found
    CausalOrdering.clear_all_scopes()


def crashed(after: UUID) -> ReceivedEvent:
    """A run's state that follows another one."""
    return ReceivedEvent(
        occurred=now(),
        received=now(),
        event="prefect.flow-run.Crashed",
        resource=Resource({"prefect.resource.id": "prefect.flow-run.x"}),
        id=uuid4(),
        follows=after,
    )


def test_an_event_that_follows_one_of_before_the_server_began_is_looked_at_at_once(order: CausalOrdering) -> None:
    before = UUID(int=State(type=StateType.PENDING).id.int - (1 << 92))  # some seconds earlier
    assert before.version == 7
    asyncio.run(order.wait_for_leader(crashed(before)))


def test_an_event_that_follows_one_of_this_server_waits_for_it(order: CausalOrdering) -> None:
    running = State(type=StateType.RUNNING).id
    with pytest.raises(EventArrivedEarly):
        asyncio.run(order.wait_for_leader(crashed(running)))
    with pytest.raises(EventArrivedEarly):
        asyncio.run(order.wait_for_leader(crashed(uuid4())))
