"""Who is caught, who is not, and why."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.notices.models import Notice
from accounts.roles import Role
from accounts.services import add_member
from common.audit.models import AuditEntry
from common.exceptions import Conflict
from providers.admission.models import Application
from providers.admission.review_services import admit_application
from providers.admission.services import submit_application
from providers.registry.models import Provider
from providers.relations import strengths
from providers.relations.barred_services import withdraw_barred
from providers.relations.check_services import check_relations
from providers.relations.enums import Reason
from providers.relations.link_models import Link
from providers.relations.link_services import ACTIONS
from providers.relations.models import Party, PartyIdentifier
from providers.relations.services import declare_identifiers, end_identifier
from tests.factories.accounts import make_staff
from tests.factories.providers import make_application, make_provider, owner_of
from tests.factories.relations import (
    BARRED_NAME,
    NAMESAKE,
    RENAMED,
    declare,
    make_barred,
    make_cleared_out,
    make_link,
    nothing_changes,
)

pytestmark = pytest.mark.django_db


def check(provider: Provider) -> list[Link]:
    return check_relations(provider_id=provider.pk)


def reasons(link: Link) -> list[list[str]]:
    return [[reason["code"] for reason in step["reasons"]] for step in link.path]


def test_the_renamed_barred_company_is_intercepted() -> None:
    barred = make_cleared_out()
    renamed = make_provider(name=RENAMED)
    (link,) = check(renamed)
    assert (link.provider, link.other.provider, link.status) == (renamed, barred, "held")
    assert reasons(link) == [[Reason.SIMILAR_NAME]]
    assert link.strength == strengths.SIMILAR_NAME
    assert link.is_blocking
    notice = Notice.objects.get()
    assert (notice.kind, notice.organisation_id) == ("relations.held", renamed.organisation_id)
    assert AuditEntry.objects.filter(action="link.hold", subject_id=str(link.pk), by=None).count() == 1


def test_an_innocent_namesake_elsewhere_is_a_hint_only() -> None:
    make_cleared_out()
    (link,) = check(make_provider(name=NAMESAKE, region="hunan"))
    assert reasons(link) == [[Reason.SIMILAR_NAME]]
    assert link.strength == pytest.approx(strengths.SIMILAR_NAME * 0.35 / 2**0.5, abs=1e-4)
    assert not link.is_blocking
    assert not Notice.objects.exists()


def test_another_name_in_the_same_city_is_nothing() -> None:
    make_cleared_out()
    assert check(make_provider(name="杭州银铃网络科技有限公司")) == []


@pytest.mark.parametrize(
    ("known", "reason", "intercepted"),
    [
        ({"representative": "王小明", "representative_id": "12345X"}, "same_legal_representative", True),
        ({"representative": "王小明"}, "same_representative_name", False),
        ({"phones": ["13800138000"]}, "same_phone", True),
        ({"bank_account": "6222021200001234"}, "same_bank_account", True),
        ({"address": "杭州市文三路8号5楼502室"}, "same_address", False),
    ],
)
def test_one_shared_identifier(known: dict[str, object], reason: str, intercepted: bool) -> None:
    barred = make_cleared_out(name="杭州银铃网络科技有限公司", **known)
    provider = make_provider(name="武汉快风商贸有限公司")
    declare(provider, **known)
    (link,) = check(provider)
    assert link.other.provider == barred
    assert reason in link.reasons
    assert link.is_blocking is intercepted


def test_reasons_for_one_step_add_up() -> None:
    known = {"phones": ["13800138000"], "address": "杭州市文三路8号5楼502室"}
    make_cleared_out(**known)
    provider = make_provider(name=NAMESAKE, region="hunan")
    declare(provider, **known)
    (link,) = check(provider)
    assert reasons(link) == [["same_phone", "same_address", "similar_name"]]
    name = strengths.SIMILAR_NAME * 0.35 / 2**0.5
    assert link.strength == pytest.approx(1 - 0.3 * 0.65 * (1 - name), abs=1e-4)


def test_a_way_leads_over_a_company_in_between() -> None:
    known = {"representative": "王小明", "representative_id": "12345X"}
    barred = make_cleared_out(bank_account="6222021200001234")
    between = make_provider(name="武汉快风商贸有限公司")
    declare(between, bank_account="6222021200001234", **known)
    applicant = make_provider(name="成都小草文化传媒有限公司", region="sichuan")
    declare(applicant, **known)
    (link,) = check(applicant)
    party = Party.objects.get
    assert [(step["from"], step["to"]) for step in link.path] == [
        (party(provider=applicant).pk, party(provider=between).pk),
        (party(provider=between).pk, party(provider=barred).pk),
    ]
    assert link.strength == pytest.approx((1 - 0.1 * 0.75) * 0.9, abs=1e-4)
    assert link.is_blocking


def chain(length: int) -> Provider:
    """A company that is `length` steps from a cleared-out one; each step is a bank account or a representative."""
    for at in range(length, 0, -1):
        declare(make_provider(name=f"成都乙{at}丙{at}商贸有限公司"), **shared_with_neighbours(at))
    make_cleared_out(name="杭州甲甲网络科技有限公司", **shared_with_neighbours(0))
    return Provider.objects.get(name=f"成都乙{length}丙{length}商贸有限公司")


def shared_with_neighbours(at: int) -> dict[str, str]:
    """Company `at` shares something with the one before it, something else with the one after it."""
    account, person = (at, at + 1) if at % 2 else (at + 1, at)
    return {
        "bank_account": f"622202120000{account:04d}",
        "representative": f"周吴{person}",
        "representative_id": f"{person:06d}",
    }


@pytest.mark.parametrize(("length", "found"), [(1, 1), (2, 1), (3, 1), (4, 0)])
def test_at_most_three_steps(length: int, found: int) -> None:
    assert len(check(chain(length))) == found


def test_no_way_leads_on_through_a_barred_party() -> None:
    make_cleared_out(name="杭州甲甲网络科技有限公司", bank_account="6222021200001234")
    near = make_cleared_out(name="杭州乙乙商贸有限公司", bank_account="6222021200001234", phones=["13800138000"])
    applicant = make_provider(name="成都小草文化传媒有限公司", region="sichuan")
    declare(applicant, phones=["13800138000"])
    assert [link.other.provider for link in check(applicant)] == [near]


def test_a_hub_says_little_and_leads_nowhere() -> None:
    address = {"address": "杭州市西湖区创业园1号楼"}
    barred = make_cleared_out(name="杭州甲甲网络科技有限公司", **address)
    for at in range(strengths.HUB_PARTIES):
        declare(make_provider(name=f"企业{at}"), **address)
    far = make_cleared_out(name="杭州丙丙商贸有限公司", phones=["13800138000"])
    declare(Provider.objects.get(name="企业1"), phones=["13800138000"])
    applicant = make_provider(name="成都小草文化传媒有限公司", region="sichuan")
    declare(applicant, representative="王小明", **address)
    declare_identifiers(provider_id=barred.pk, by=owner_of(barred), representative="王小明")
    (link,) = check(applicant)
    assert link.other.provider == barred != far
    hub = next(reason for reason in link.path[0]["reasons"] if reason["code"] == "same_address")
    assert (hub["note"], hub["strength"]) == ("hub", pytest.approx(0.35 * 0.2))
    assert not link.is_blocking


def test_the_same_owner() -> None:
    barred = make_cleared_out(name="杭州甲甲网络科技有限公司")
    applicant = make_provider(name="成都小草文化传媒有限公司", by=owner_of(barred))
    (link,) = check(applicant)
    assert (reasons(link), link.strength) == ([["same_owner"]], strengths.SAME_OWNER)


def test_a_manager_is_no_owner() -> None:
    barred = make_cleared_out(name="杭州甲甲网络科技有限公司")
    applicant = make_provider(name="成都小草文化传媒有限公司")
    add_member(organisation_id=applicant.organisation_id, user=owner_of(barred), role=Role.PROVIDER_MANAGER, by=None)
    assert check(applicant) == []


def test_what_was_given_up_counts_less() -> None:
    make_cleared_out(name="杭州甲甲网络科技有限公司", phones=["13800138000"])
    applicant = make_provider(name="成都小草文化传媒有限公司")
    (row,) = declare(applicant, phones=["13800138000"])
    end_identifier(identifier_id=row.pk, by=owner_of(applicant))
    (link,) = check(applicant)
    assert link.strength == pytest.approx(0.7 * strengths.ENDED_FACTOR)
    assert link.path[0]["reasons"][0]["ended"] is True


def test_barred_elsewhere_by_the_same_code() -> None:
    applicant = make_provider(name="成都小草文化传媒有限公司")
    barred = make_barred(uscc=applicant.uscc)
    (link,) = check(applicant)
    assert (link.other.barred, link.strength, reasons(link)) == (barred, 1.0, [["same_company"]])


@pytest.mark.parametrize(("days", "found"), [(0, 1), (-1, 0)])
def test_a_bar_ends_with_its_last_day(days: int, found: int) -> None:
    now = datetime(2026, 6, 1, 4, tzinfo=UTC)
    applicant = make_provider(name="成都小草文化传媒有限公司")
    make_barred(uscc=applicant.uscc, until=date(2026, 6, 1) + timedelta(days=days))
    assert len(check_relations(provider_id=applicant.pk, now=now)) == found


def test_a_second_check_changes_nothing() -> None:
    link = make_link()
    with nothing_changes():
        assert check(link.provider) == []


def test_a_held_link_follows_what_is_found() -> None:
    make_cleared_out(phones=["13800138000"])
    provider = make_provider(name=NAMESAKE, region="hunan")
    (hint,) = check(provider)
    declare(provider, phones=["13800138000"])
    (link,) = check(provider)
    assert (link.pk, link.is_blocking, link.version) == (hint.pk, True, 2)
    assert Notice.objects.filter(kind="relations.held").count() == 1


@pytest.mark.parametrize("status", ["contested", "upheld", "lifted", "overridden"])
def test_what_was_decided_stays(status: str) -> None:
    link = make_link(status)
    with nothing_changes():
        check(link.provider)


@pytest.mark.parametrize(("status", "new"), [("upheld", 0), ("lifted", 1), ("overridden", 1)])
def test_a_cleared_link_comes_back_on_a_new_ground_alone(status: str, new: int) -> None:
    link = make_link(status)
    known = {"bank_account": "6222021200001234"}
    for provider in (link.provider, link.other.provider):
        declare(provider, **known)
    again = check(link.provider)
    assert [item.status for item in again] == ["held"] * new


def test_a_submission_is_checked_and_its_phone_recorded() -> None:
    make_cleared_out(phones=["0571 8888 0000"])
    application = make_application(make_provider(name=RENAMED))
    link = Link.objects.get(provider=application.provider)
    assert (link.status, link.is_blocking) == ("held", True)
    row = PartyIdentifier.objects.get(source="application", party__provider=application.provider)
    assert (row.kind, row.masked, row.ended_at) == ("phone", "571****0000", None)


def test_the_next_application_brings_another_phone() -> None:
    application = make_application(status="returned")
    Application.objects.filter(pk=application.pk).update(contact_phone="13800138000")
    submit_application(application_id=application.pk, by=owner_of(application.provider))
    rows = PartyIdentifier.objects.filter(source="application").order_by("pk")
    assert [(row.masked, row.ended_at is None) for row in rows] == [("571****0000", False), ("138****8000", True)]


def test_an_intercepted_applicant_is_not_admitted_before_the_link_is_lifted() -> None:
    make_cleared_out()
    application = make_application(make_provider(name=RENAMED), status="settled")
    link = Link.objects.get(provider=application.provider)
    reviewer = make_staff()
    with nothing_changes(), pytest.raises(Conflict) as refusal:
        admit_application(application_id=application.pk, by=reviewer, note="Good.")
    assert refusal.value.reason == "intercepted"
    ACTIONS["lift"](link_id=link.pk, by=reviewer, note="Another company of that name.")
    assert admit_application(application_id=application.pk, by=reviewer, note="Good.").status == "admitted"


@pytest.mark.parametrize(("status", "admitted"), [("contested", False), ("upheld", False), ("overridden", True)])
def test_which_states_keep_an_applicant_out(status: str, admitted: bool) -> None:
    application = make_application(make_provider(name=RENAMED), status="settled")
    make_link(status, provider=application.provider)
    if admitted:
        admit_application(application_id=application.pk, by=make_staff(), note="Good.")
        return
    with pytest.raises(Conflict):
        admit_application(application_id=application.pk, by=make_staff(), note="Good.")


def test_who_is_no_longer_barred_keeps_nobody_out() -> None:
    application = make_application(status="settled")
    barred = make_barred(uscc=application.provider.uscc)
    check(application.provider)
    with pytest.raises(Conflict):
        admit_application(application_id=application.pk, by=make_staff(), note="Good.")
    withdraw_barred(barred_id=barred.pk, by=make_staff(Role.CONDUCT_OFFICER), note="The court said so.")
    assert admit_application(application_id=application.pk, by=make_staff(), note="Good.").status == "admitted"


def test_a_renamed_company_gets_its_new_name_into_the_network() -> None:
    barred = make_cleared_out(name="杭州甲甲网络科技有限公司")
    provider = make_provider(name=RENAMED)
    assert check(provider) == []
    Provider.objects.filter(pk=barred.pk).update(name=BARRED_NAME)
    assert [link.other.provider for link in check(provider)] == [barred]
    assert Party.objects.get(provider=barred).core == "金蹄"


def test_nobody_is_linked_to_itself() -> None:
    link = make_link("overridden")
    Provider.objects.filter(pk=link.provider_id).update(
        status="suspended",
        admitted_at=timezone.now(),
        admitted_by=owner_of(link.provider),
        newcomer_until=date(2026, 1, 1),
    )
    assert check(link.provider) == []
