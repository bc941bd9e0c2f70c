"""Who may take which step in which state: the truth, written out, against tables and permissions."""

import pytest

from accounts.models import User
from accounts.roles import ROLES_OF_KIND, OrganisationKind, Role
from accounts.services import create_organisation
from common.exceptions import IllegalTransition, InvalidInput, NotPermitted
from common.states import StateTable
from providers.admission import permissions as admission
from providers.admission.models import Application
from providers.admission.review import permissions as reviews
from providers.admission.review.models import Panel, Review
from providers.admission.review.states import PANEL, REVIEW
from providers.admission.states import APPLICATION
from providers.registry import permissions as registry
from providers.registry.models import Provider
from providers.registry.states import PROVIDER
from providers.traders import permissions as traders
from providers.traders.models import Trader
from providers.traders.states import TRADER
from tests.factories.accounts import make_member, make_staff
from tests.factories.providers import make_provider

MANAGERS = {"provider_owner", "provider_manager"}
REVIEWERS = {"admission_reviewer"}
OFFICERS = {"conduct_officer"}
PORTAL: set[str] = set()

# (from, action): (to, who may, a reason is needed)
TRUTH = {
    APPLICATION: {
        ("draft", "submit"): ("submitted", MANAGERS, False),
        ("draft", "withdraw"): ("withdrawn", MANAGERS, False),
        ("submitted", "admit"): ("admitted", REVIEWERS, True),
        ("submitted", "return"): ("returned", REVIEWERS, True),
        ("submitted", "reject"): ("rejected", REVIEWERS, True),
        ("submitted", "withdraw"): ("withdrawn", MANAGERS, False),
        ("returned", "submit"): ("submitted", MANAGERS, False),
        ("returned", "withdraw"): ("withdrawn", MANAGERS, False),
    },
    PROVIDER: {
        ("registered", "admit"): ("probation", REVIEWERS, True),
        ("probation", "complete_probation"): ("admitted", REVIEWERS, True),
        ("probation", "suspend"): ("suspended", OFFICERS, True),
        ("probation", "clear_out"): ("cleared_out", OFFICERS, True),
        ("admitted", "suspend"): ("suspended", OFFICERS, True),
        ("admitted", "clear_out"): ("cleared_out", OFFICERS, True),
        ("suspended", "reinstate"): ("probation", OFFICERS, True),
        ("suspended", "clear_out"): ("cleared_out", OFFICERS, True),
    },
    TRADER: {("active", "leave"): ("left", MANAGERS, True)},
    PANEL: {
        ("reviewing", "settle"): ("settled", PORTAL, False),
        ("reviewing", "ask_third"): ("third", PORTAL, False),
        ("reviewing", "close"): ("closed", PORTAL, False),
        ("third", "settle"): ("settled", PORTAL, False),
        ("third", "close"): ("closed", PORTAL, False),
    },
    REVIEW: {
        ("assigned", "submit"): ("submitted", REVIEWERS, False),
        ("assigned", "recuse"): ("recused", REVIEWERS, True),
        ("assigned", "release"): ("lapsed", {"administrator"}, True),
        ("assigned", "lapse"): ("lapsed", PORTAL, False),
    },
}
INITIAL = {
    "panel": "reviewing",
    "review": "assigned",
    "application": "draft",
    "provider": "registered",
    "trader": "active",
}
CASES = [
    (table, state, action)
    for table, rows in TRUTH.items()
    for state in table.states.values
    for action in sorted({name for _state, name in rows})
]


def subject_of(table: StateTable, provider: Provider, state: str, person: User | None = None) -> tuple[object, object]:
    """An object in `state`, not saved, and the check that its services use; a review is the person's own."""
    if table is PANEL:
        return Panel(status=state), None
    if table is REVIEW:
        panel = Panel(application=Application(provider=provider))
        return Review(panel=panel, status=state, reviewer=person), reviews.check_act
    if table is APPLICATION:
        return Application(provider=provider, status=state), admission.check_act
    if table is TRADER:
        return Trader(provider=provider, status=state), traders.check_act
    provider.status = state
    return provider, registry.check_act


def person_with(role: str, provider: Provider) -> User:
    if role in ROLES_OF_KIND[OrganisationKind.PLATFORM]:
        return make_staff(role)
    if role in ROLES_OF_KIND[OrganisationKind.PROVIDER]:
        assert provider.organisation is not None
        return make_member(provider.organisation, role)
    return make_member(create_organisation(kind=OrganisationKind.MERCHANT, name="Shop", by=None), role)


@pytest.mark.parametrize(("table", "state", "action"), CASES, ids=lambda value: getattr(value, "name", value))
def test_every_state_and_action(table: StateTable, state: str, action: str) -> None:
    subject, _check = subject_of(table, Provider(), state)
    expected = TRUTH[table].get((state, action))
    if expected is None:
        with pytest.raises(IllegalTransition):
            table.check(subject, action, note="Because.")  # type: ignore[arg-type]
        return
    row = table.check(subject, action, note="Because.")  # type: ignore[arg-type]
    assert (row.to, row.needs_note) == (expected[0], expected[2])
    if row.needs_note:
        with pytest.raises(InvalidInput) as refusal:
            table.check(subject, action, note=" \n")  # type: ignore[arg-type]
        assert (refusal.value.field, refusal.value.reason) == ("note", "note_required")


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_every_state_action_and_role(role: str) -> None:
    provider = make_provider()
    person = person_with(role, provider)
    for table, rows in TRUTH.items():
        allowed = set()
        for row in table:
            if not row.permission:
                continue
            subject, check = subject_of(table, provider, row.frm, person)
            try:
                check(person, subject, row)  # type: ignore[operator]
                allowed.add((row.frm, row.action))
            except NotPermitted:
                pass
        assert allowed == {key for key, (_to, who, _note) in rows.items() if role in who}, table.name


@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted(MANAGERS))
def test_a_role_elsewhere_counts_for_nothing(role: str) -> None:
    mine, other = make_provider(), make_provider()
    person = person_with(role, other)
    for table in (APPLICATION, TRADER):
        for row in table:
            subject, check = subject_of(table, mine, row.frm)
            with pytest.raises(NotPermitted):
                check(person, subject, row)  # type: ignore[operator]


@pytest.mark.parametrize("table", TRUTH, ids=lambda table: table.name)
def test_no_row_is_missing_from_the_truth(table: StateTable) -> None:
    assert {(row.frm, row.action) for row in table} == set(TRUTH[table])
    assert table.initial == INITIAL[table.name]
