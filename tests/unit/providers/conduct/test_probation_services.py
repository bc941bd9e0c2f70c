"""The probation contract: begun, signed, judged from the facts, decided by a person."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Notice
from accounts.roles import Role
from common.days import business_day
from common.exceptions import Conflict, DomainError, IllegalTransition, InvalidInput, NotPermitted, Stale
from providers.conduct import probation_services as services
from providers.conduct import provider_services
from providers.conduct.enums import ProbationVerdict
from providers.conduct.models import Probation
from providers.conduct.targets import DEFAULT_TARGETS, Target
from providers.registry.models import Provider
from tests.factories.accounts import make_staff
from tests.factories.conduct import conduct_unchanged, keep_measures, make_probation
from tests.factories.providers import make_provider, owner_of

pytestmark = pytest.mark.django_db

NOW = timezone.now()
TODAY = business_day(NOW)
ORDERS = (Target("orders_90d", "at_least", 50),)
END = TODAY + timedelta(days=60)


def propose(provider: Provider, **given: Any) -> Probation:
    values = {"targets": ORDERS, "ends_on": END, "by": given.pop("by", None) or make_staff(), "now": NOW, **given}
    return services.propose_probation(provider_id=provider.pk, **values)


def test_an_admission_begins_a_contract_once() -> None:
    mentor = make_staff(Role.PROGRAMME_MANAGER)
    provider = make_provider(status="probation")
    first = services.begin_probation(provider_id=provider.pk, now=NOW)
    assert first is not None
    assert (first.status, first.mentor, first.starts_on) == ("proposed", mentor, TODAY)
    assert first.ends_on == TODAY + timedelta(days=90)
    assert [target.as_target() for target in first.targets.all()] == list(DEFAULT_TARGETS)
    assert list(Notice.objects.filter(user=mentor).values_list("kind", flat=True)) == ["probation.mentor"]
    with conduct_unchanged():
        assert services.begin_probation(provider_id=provider.pk, now=NOW) == first


def test_no_contract_without_a_probation() -> None:
    provider = make_provider(status="admitted")
    with conduct_unchanged():
        assert services.begin_probation(provider_id=provider.pk, now=NOW) is None


def test_mentors_take_turns() -> None:
    first, second = make_staff(Role.PROGRAMME_MANAGER), make_staff(Role.PROGRAMME_MANAGER)
    mentors = [make_probation().mentor for _round in range(4)]
    assert mentors == [first, second, first, second]


def test_other_targets_replace_what_was_not_signed() -> None:
    provider = make_provider(status="probation")
    old = make_probation(provider)
    new = propose(provider, note="Fewer orders.")
    old.refresh_from_db()
    assert (old.status, old.decision_note, new.status) == ("lapsed", "Fewer orders.", "proposed")
    assert [target.as_target() for target in new.targets.all()] == list(ORDERS)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("targets", {"targets": ()}),
        ("targets", {"targets": ORDERS * 2}),
        ("targets", {"targets": (Target("shoes", "at_least", 1),)}),
        ("ends_on", {"ends_on": TODAY + timedelta(days=13)}),
        ("ends_on", {"ends_on": TODAY + timedelta(days=366)}),
    ],
)
def test_a_proposal_is_checked(field: str, given: dict[str, Any]) -> None:
    provider = make_provider(status="probation")
    by = make_staff()
    with conduct_unchanged(), pytest.raises(InvalidInput) as refusal:
        propose(provider, by=by, **given)
    assert refusal.value.field == field


def test_a_proposal_needs_the_right_and_the_state() -> None:
    on_probation, admitted = make_provider(status="probation"), make_provider(status="admitted")
    signed = make_probation(status="running").provider
    reviewer, officer = make_staff(), make_staff(Role.CONDUCT_OFFICER)
    biased = make_staff(Role.ADMISSION_REVIEWER, owner_of(on_probation))
    with conduct_unchanged():
        for provider, by, error in (
            (on_probation, officer, NotPermitted),
            (on_probation, biased, NotPermitted),
            (admitted, reviewer, Conflict),
            (signed, reviewer, Conflict),
        ):
            with pytest.raises(error):
                propose(provider, by=by)


@pytest.mark.parametrize(("orders", "verdict"), [(50.0, "pass"), (49.0, "fail"), (None, "unclear")])
def test_the_verdict_is_read_from_the_facts(orders: float | None, verdict: str) -> None:
    provider = make_provider(status="probation")
    contract = propose(provider)
    services.sign_probation(probation_id=contract.pk, by=owner_of(provider), now=NOW)
    if orders is not None:
        keep_measures({provider: [orders]}, measure="orders_90d", now=NOW)
    contract = services.judge_probation(probation_id=contract.pk, by=make_staff(), note="Early.", now=NOW)
    assert (contract.status, contract.verdict, contract.judged_on) == ("judged", verdict, TODAY)
    target = contract.targets.get()
    assert (target.value, target.met) == (orders, None if orders is None else orders >= 50)


def test_a_missed_target_outweighs_an_unknown_one() -> None:
    assert services.read_verdict([True, None, False]) == ProbationVerdict.FAIL
    assert services.read_verdict([True, None]) == ProbationVerdict.UNCLEAR
    assert services.read_verdict([True, True]) == ProbationVerdict.PASS
    assert services.read_verdict([]) == ProbationVerdict.UNCLEAR


def test_the_clock_judges_what_is_due_and_nothing_else() -> None:
    due, unsigned, later = make_probation(status="running"), make_probation(), make_probation(status="running")
    Probation.objects.filter(pk=later.pk).update(ends_on=later.ends_on + timedelta(days=1))
    at = NOW + timedelta(days=90)
    assert services.judge_due_probations(now=at) == 2
    assert services.judge_due_probations(now=at) == 0
    statuses = [Probation.objects.get(pk=one.pk).status for one in (due, unsigned, later)]
    assert statuses == ["judged", "judged", "running"]


def test_a_person_passes_and_the_provider_is_admitted() -> None:
    contract = make_probation(status="judged")
    by = make_staff()
    contract = services.pass_probation(probation_id=contract.pk, by=by, note="Good.", now=NOW)
    assert (contract.status, contract.decided_by, contract.decision_note) == ("passed", by, "Good.")
    assert contract.provider.status == "admitted"


def test_a_person_fails_and_the_provider_is_cleared_out() -> None:
    contract = make_probation(status="failed")
    assert Provider.objects.get(pk=contract.provider_id).status == "cleared_out"


def test_an_extension_judges_anew() -> None:
    contract = make_probation(status="judged")
    until = contract.ends_on + timedelta(days=10)
    at = NOW + timedelta(days=60)
    contract = services.extend_probation(
        probation_id=contract.pk, by=make_staff(), note="A slow month.", ends_on=until, now=at
    )
    assert (contract.status, contract.ends_on, contract.verdict, contract.judged_on) == ("running", until, "", None)
    assert not contract.targets.exclude(value=None, met=None).exists()


@pytest.mark.parametrize("days", [0, -1, 91])
def test_an_extension_is_after_the_end_and_not_too_long(days: int) -> None:
    contract = make_probation(status="judged")
    by = make_staff()
    until = contract.ends_on + timedelta(days=days)
    with conduct_unchanged(), pytest.raises(InvalidInput) as refusal:
        services.extend_probation(
            probation_id=contract.pk, by=by, note="More.", ends_on=until, now=NOW + timedelta(days=90)
        )
    assert refusal.value.field == "ends_on"


def test_the_mentor_signs_no_verdict() -> None:
    contract = make_probation(status="judged")
    mentor = make_staff(Role.ADMISSION_REVIEWER)
    make_staff(Role.CONDUCT_OFFICER, mentor)
    Probation.objects.filter(pk=contract.pk).update(mentor=mentor)
    for action in ("complete", "extend", "fail"):
        with conduct_unchanged(), pytest.raises(NotPermitted) as refusal:
            services.ACTIONS[action](probation_id=contract.pk, by=mentor, note="Fine.", now=NOW)
        assert refusal.value.reason == "conflict_of_interest"


CASES = [
    ("proposed", "sign"),
    ("running", "judge"),
    ("judged", "complete"),
    ("judged", "extend"),
    ("judged", "fail"),
    ("running", "lapse"),
]


@pytest.mark.parametrize(("status", "action"), CASES)
def test_every_step_is_refused_without_reason_right_and_version(status: str, action: str) -> None:
    contract = make_probation(status=status)
    person = owner_of(contract.provider) if action == "sign" else make_staff()
    if action == "fail":
        person = make_staff(Role.CONDUCT_OFFICER)
    refused: list[tuple[type[DomainError], dict[str, Any]]] = [
        (NotPermitted, {"by": make_staff(Role.AUDITOR), "note": "Because."}),
        (Stale, {"by": person, "note": "Because.", "version": contract.version + 1}),
    ]
    if action != "sign":
        refused.append((InvalidInput, {"by": person, "note": " "}))
    for error, given in refused:
        with conduct_unchanged(), pytest.raises(error):
            services.ACTIONS[action](probation_id=contract.pk, now=NOW, **given)


@pytest.mark.parametrize("status", ["passed", "failed", "lapsed"])
def test_an_ended_contract_stays_ended(status: str) -> None:
    contract = make_probation(status=status)
    by = make_staff()
    for act in services.ACTIONS.values():
        with conduct_unchanged(), pytest.raises(IllegalTransition):
            act(probation_id=contract.pk, by=by, note="Again.", now=NOW)


def test_a_probation_with_a_contract_is_completed_by_its_verdict_alone() -> None:
    contract, by = make_probation(), make_staff()
    with conduct_unchanged(), pytest.raises(Conflict) as refusal:
        provider_services.complete_probation(provider_id=contract.provider_id, by=by, note="Fine.")
    assert refusal.value.reason == "contract_open"
    bare = make_provider(status="probation")
    assert provider_services.complete_probation(provider_id=bare.pk, by=by, note="Fine.").status == "admitted"


@pytest.mark.parametrize("action", ["suspend", "clear_out"])
def test_a_stopped_provider_has_no_open_contract(action: str) -> None:
    contract, by = make_probation(status="running"), make_staff(Role.CONDUCT_OFFICER)
    provider_services.ACTIONS[action](provider_id=contract.provider_id, by=by, note="Fraud.")
    contract.refresh_from_db()
    assert (contract.status, contract.decided_by, contract.decision_note) == ("lapsed", by, "Fraud.")


def test_a_reinstated_provider_begins_again() -> None:
    contract, by = make_probation(status="running"), make_staff(Role.CONDUCT_OFFICER)
    provider_services.suspend_provider(provider_id=contract.provider_id, by=by, note="Wait.")
    provider_services.reinstate_provider(provider_id=contract.provider_id, by=by, note="Go on.")
    statuses = Probation.objects.filter(provider=contract.provider_id).order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["lapsed", "proposed"]
