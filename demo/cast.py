"""Who is who in the demo world."""

from dataclasses import dataclass, field

from accounts.models import User
from accounts.roles import Role
from providers.registry.models import Provider
from providers.traders.models import Trader


@dataclass
class Cast:
    """Who is who: index-aligned with the world where it names an array."""

    staff: dict[Role, User]
    panel: list[User]
    providers: list[Provider] = field(default_factory=list)
    owners: list[User] = field(default_factory=list)
    traders: list[Trader] = field(default_factory=list)
    names_taken: set[str] = field(default_factory=set)
    codes_taken: set[str] = field(default_factory=set)
