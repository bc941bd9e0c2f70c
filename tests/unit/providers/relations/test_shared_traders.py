"""Links over the people who work, or worked, for two companies."""

import pytest

from accounts.notices.models import Notice
from accounts.roles import Role
from providers.admission.triage_services import triage_provider
from providers.registry.models import Provider
from providers.registry.status_services import clear_out_provider
from providers.relations import strengths
from providers.relations.check_services import check_relations
from providers.relations.link_models import Link
from providers.traders.models import Trader
from providers.traders.services import leave_trader
from tests.factories.accounts import make_staff
from tests.factories.providers import make_application, make_identity_number, make_provider, make_trader, owner_of

pytestmark = pytest.mark.django_db


def check(provider: Provider) -> list[Link]:
    return check_relations(provider_id=provider.pk)


def reasons(link: Link) -> list[list[str]]:
    return [[reason["code"] for reason in step["reasons"]] for step in link.path]


def moved(number: str, *, since: Provider, to: Provider) -> Trader:
    """Somebody leaves a company and is registered by another one."""
    before = make_trader(since, identity_number=number)
    leave_trader(trader_id=before.pk, by=owner_of(since), note="Gone.")
    return make_trader(to, identity_number=number)


def test_a_trader_of_a_barred_company_is_a_hint() -> None:
    former = make_provider(name="杭州甲甲网络科技有限公司", status="probation")
    applicant = make_provider(name="成都小草文化传媒有限公司")
    trader = moved(make_identity_number(1), since=former, to=applicant)
    assert check(applicant) == []
    clear_out(former)
    (link,) = check(applicant)
    assert (link.other.provider, reasons(link), link.is_blocking) == (former, [["same_trader"]], False)
    assert link.strength == pytest.approx(strengths.OF_KIND["trader"] * strengths.ENDED_FACTOR)
    assert link.strength < strengths.OF_KIND["legal_representative"]
    (reason,) = link.path[0]["reasons"]
    assert (reason["masked"], reason["ended"]) == (trader.person.identity_masked, True)
    assert not Notice.objects.filter(kind="relations.held").exists()


def test_a_whole_team_of_a_barred_company_is_intercepted() -> None:
    former = make_provider(name="杭州甲甲网络科技有限公司", status="probation")
    applicant = make_provider(name="成都小草文化传媒有限公司")
    for number in range(1, 5):
        moved(make_identity_number(number), since=former, to=applicant)
    clear_out(former)
    (link,) = check(applicant)
    assert reasons(link) == [["same_trader"] * 4]
    assert link.strength == pytest.approx(1 - (1 - 0.3 * 0.7) ** 4, abs=1e-4)
    assert link.is_blocking


def test_traders_who_have_nothing_in_common_link_nobody() -> None:
    former = make_provider(name="杭州甲甲网络科技有限公司", status="probation")
    make_trader(former, name="李四", identity_number=make_identity_number(1))
    clear_out(former)
    applicant = make_provider(name="成都小草文化传媒有限公司")
    make_trader(applicant, name="李四", identity_number=make_identity_number(2))
    make_trader(applicant, name="李四")
    moved(make_identity_number(3), since=make_provider(name="武汉快风商贸有限公司"), to=applicant)
    assert check(applicant) == []


def test_a_trader_who_comes_later_is_found_with_the_next_triage() -> None:
    former = make_provider(name="杭州甲甲网络科技有限公司", status="probation")
    application = make_application()
    moved(make_identity_number(1), since=former, to=application.provider)
    clear_out(former)
    assert not Link.objects.exists()
    triage_provider(provider_id=application.provider_id)
    assert [link.reasons for link in Link.objects.all()] == [["same_trader"]]


def clear_out(provider: Provider) -> None:
    clear_out_provider(provider_id=provider.pk, by=make_staff(Role.CONDUCT_OFFICER), note="Fake orders.")
