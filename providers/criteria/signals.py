"""All signals that criteria may name, gathered from the rooms that know something about providers."""

from datetime import date

from providers.criteria import measures
from providers.documents import signals as documents
from providers.registry import signals as registry
from providers.relations import signals as relations
from providers.signals import Floats, Ids, Signal
from providers.traders import signals as traders

# Each has SIGNALS and collect_signals; a room that learns something new is added here.
ROOMS = (registry, traders, documents, relations, measures)

SIGNALS: tuple[Signal, ...] = tuple(signal for room in ROOMS for signal in room.SIGNALS)
SIGNAL_OF: dict[str, Signal] = {signal.name: signal for signal in SIGNALS}
SIGNAL_NAMES = tuple(SIGNAL_OF)


def collect_signals(provider_ids: Ids, today: date) -> dict[str, Floats]:
    """Every signal of `provider_ids` as of `today`, one aligned array per name."""
    found: dict[str, Floats] = {}
    for room in ROOMS:
        found |= room.collect_signals(provider_ids, today)
    return found
