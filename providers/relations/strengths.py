"""How much each reason says: the chance that two parties who share this are run by the same people, set by us."""

from engine.names import CUTOFF, PlaceMatch
from providers.relations.enums import IdentifierKind as K

INTERCEPTS = 0.6  # a link at least this strong keeps an applicant out until somebody decides on it
KEPT = 0.15  # weaker findings are not worth a reviewer's look
MOST_STEPS = 3
MOST_LINKS = 20

# An identifier that this many others share, such as the address of a business park, says little and leads nowhere.
HUB_PARTIES = 12
HUB_FACTOR = 0.2
# What a party used once and gave up still tells, but less.
ENDED_FACTOR = 0.7

OF_KIND: dict[str, float] = {
    K.COMPANY: 1.0,
    K.LEGAL_REPRESENTATIVE: 0.9,
    K.BANK_ACCOUNT: 0.9,
    K.PHONE: 0.7,
    K.DEVICE: 0.5,
    K.ADDRESS: 0.35,
    K.TRADER: 0.3,
    K.REPRESENTATIVE_NAME: 0.25,
}
SAME_OWNER = 0.85
KNOWN_TO_STAFF = 1.0

# The same rare name in the same city intercepts by itself; anywhere else it is a hint for a person.
SIMILAR_NAME = 0.65
OF_PLACE: dict[PlaceMatch, float] = {
    PlaceMatch.SAME_CITY: 1.0,
    PlaceMatch.SAME_REGION: 0.6,
    PlaceMatch.UNKNOWN: 0.6,
    PlaceMatch.ELSEWHERE: 0.35,
}
BARELY_SIMILAR = 0.3


def of_name(near: float, place: PlaceMatch, spread: int) -> float:
    """What a similar name says. `near` is at least the engine's CUTOFF; `spread` counts the places in which companies
    bear this name: what many call themselves singles nobody out."""
    closeness = BARELY_SIMILAR + (1 - BARELY_SIMILAR) * (near - CUTOFF) / (1 - CUTOFF)
    return SIMILAR_NAME * closeness * OF_PLACE[place] / max(1, spread) ** 0.5


def of_identifier(kind: str, *, ended: bool, hub: bool) -> float:
    """What a shared identifier says."""
    return OF_KIND[kind] * (ENDED_FACTOR if ended else 1.0) * (HUB_FACTOR if hub else 1.0)
