"""Links, barred parties and identifiers for tests, made through the services."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from accounts.models import User
from accounts.notices.models import Notice
from accounts.roles import Role
from providers.registry.models import Provider
from providers.registry.status_services import clear_out_provider
from providers.relations.barred_files import BarredRow
from providers.relations.barred_services import bar_party
from providers.relations.check_services import check_relations
from providers.relations.link_models import Link
from providers.relations.link_services import ACTIONS
from providers.relations.models import BarredParty, Party, PartyIdentifier
from providers.relations.services import declare_identifiers
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider, owner_of, unchanged

BARRED_NAME = "杭州金蹄网络科技有限公司"
RENAMED = "杭州金蹄信息技术有限公司"
NAMESAKE = "长沙金蹄餐饮有限公司"


def make_cleared_out(*, name: str = BARRED_NAME, by: User | None = None, **known: Any) -> Provider:
    """A company that was let in and cleared out, with what it declared before."""
    provider = make_provider(name=name, status="probation", **({"by": by} if by else {}))
    if known:
        declare(provider, **known)
    return clear_out_provider(provider_id=provider.pk, by=make_staff(Role.CONDUCT_OFFICER), note="Fake orders.")


def declare(provider: Provider, **known: Any) -> list[PartyIdentifier]:
    """What the owner of `provider` says about it."""
    return declare_identifiers(provider_id=provider.pk, by=owner_of(provider), **known)


def make_barred(**fields: Any) -> BarredParty:
    """A party that was barred elsewhere."""
    values = {"name": "广州银铃文化传媒有限公司", "reason": "Sold counterfeit goods.", **fields}
    return bar_party(row=BarredRow(**values), by=make_staff(Role.CONDUCT_OFFICER))


def make_link(status: str = "held", *, provider: Provider | None = None) -> Link:
    """A strong link of a renamed company to the cleared-out one, brought to `status`."""
    make_cleared_out(phones=["13800138000"])
    provider = provider or make_provider(name=RENAMED)
    declare(provider, phones=["138 0013 8000"])
    (link,) = check_relations(provider_id=provider.pk)
    step = {"contested": "contest", "upheld": "uphold", "lifted": "lift", "overridden": "override"}.get(status)
    if step:
        by = owner_of(provider) if step == "contest" else make_staff()
        ACTIONS[step](link_id=link.pk, by=by, note="Looked at.")
    return Link.objects.select_related("provider", "other__provider", "other__barred").get(pk=link.pk)


def network_rows() -> dict[str, list[Any]]:
    """Every row of this room and the notices."""
    models = (Party, PartyIdentifier, BarredParty, Link, Notice)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


@contextmanager
def nothing_changes() -> Iterator[None]:
    """`unchanged`, with this room's rows."""
    before = network_rows()
    with unchanged():
        yield
    assert network_rows() == before
