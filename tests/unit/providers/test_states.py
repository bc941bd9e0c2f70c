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
from providers.documents import permissions as documents
from providers.documents.models import Document
from providers.documents.states import DOCUMENT
from providers.registry import permissions as registry
from providers.registry.models import Provider
from providers.registry.states import PROVIDER
from providers.traders import permissions as traders
from providers.traders.models import Trader
from providers.traders.states import CERTIFICATE, TRADER, VERIFICATION, Verification
from providers.verification import permissions as verification
from providers.verification.models import FalseClaim
from providers.verification.states import FALSE_CLAIM
from providers.windows import permissions as windows
from providers.windows.models import AdmissionWindow
from providers.windows.states import WINDOW
from tests.factories.accounts import make_member, make_staff
from tests.factories.providers import make_provider

MANAGERS = {"provider_owner", "provider_manager"}
REVIEWERS = {"admission_reviewer"}
OFFICERS = {"conduct_officer"}
NOBODY: set[str] = set()  # a step of the clock, or one that follows from another act
PLANNERS = {"programme_manager", "administrator"}

# (from, action): (to, who may, a reason is needed)
TRUTH = {
    APPLICATION: {
        ("draft", "submit"): ("submitted", MANAGERS, False),
        ("draft", "withdraw"): ("withdrawn", MANAGERS, False),
        ("submitted", "admit"): ("admitted", REVIEWERS, True),
        ("submitted", "return"): ("returned", REVIEWERS, True),
        ("submitted", "reject"): ("standstill", REVIEWERS, True),
        ("standstill", "answer"): ("standstill", MANAGERS, True),
        ("standstill", "uphold"): ("rejected", REVIEWERS, True),
        ("standstill", "reconsider"): ("submitted", REVIEWERS, True),
        ("standstill", "finalise"): ("rejected", NOBODY, False),
        ("standstill", "withdraw"): ("withdrawn", MANAGERS, False),
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
    TRADER: {
        ("active", "leave"): ("left", MANAGERS, True),
        ("active", "release"): ("left", OFFICERS, True),
    },
    VERIFICATION: {
        ("unverified", "ask"): ("asked", MANAGERS, False),
        ("refused", "ask"): ("asked", MANAGERS, False),
        ("asked", "verify"): ("verified", REVIEWERS, False),
        ("asked", "refuse"): ("refused", REVIEWERS, True),
    },
    CERTIFICATE: {
        ("valid", "expire"): ("expired", NOBODY, False),
        ("valid", "revoke"): ("revoked", REVIEWERS, True),
        ("valid", "supersede"): ("superseded", NOBODY, False),
    },
    WINDOW: {
        ("draft", "announce"): ("announced", PLANNERS, False),
        ("announced", "open"): ("open", PLANNERS, True),
        ("open", "close"): ("closed", PLANNERS, True),
        ("closed", "stand_still"): ("standstill", PLANNERS, True),
        ("standstill", "finalise"): ("final", PLANNERS, True),
    },
    DOCUMENT: {
        ("uploaded", "accept"): ("accepted", REVIEWERS, False),
        ("uploaded", "ask_revision"): ("revision_asked", REVIEWERS, True),
        ("accepted", "ask_revision"): ("revision_asked", REVIEWERS, True),
        ("uploaded", "supersede"): ("superseded", MANAGERS, False),
        ("accepted", "supersede"): ("superseded", MANAGERS, False),
        ("revision_asked", "supersede"): ("superseded", MANAGERS, False),
        ("expired", "supersede"): ("superseded", MANAGERS, False),
        ("uploaded", "expire"): ("expired", NOBODY, False),
        ("accepted", "expire"): ("expired", NOBODY, False),
        ("revision_asked", "expire"): ("expired", NOBODY, False),
    },
    PANEL: {
        ("reviewing", "settle"): ("settled", NOBODY, False),
        ("reviewing", "ask_third"): ("third", NOBODY, False),
        ("reviewing", "close"): ("closed", NOBODY, False),
        ("third", "settle"): ("settled", NOBODY, False),
        ("third", "close"): ("closed", NOBODY, False),
    },
    REVIEW: {
        ("assigned", "submit"): ("submitted", REVIEWERS, False),
        ("assigned", "recuse"): ("recused", REVIEWERS, True),
        ("assigned", "release"): ("lapsed", {"administrator"}, True),
        ("assigned", "lapse"): ("lapsed", NOBODY, False),
    },
    FALSE_CLAIM: {
        ("received", "confirm"): ("confirmed", OFFICERS, True),
        ("received", "dismiss"): ("dismissed", OFFICERS, True),
    },
}
INITIAL = {
    "application": "draft",
    "provider": "registered",
    "trader": "active",
    "trader_verification": "unverified",
    "certificate": "valid",
    "document": "uploaded",
    "false_claim": "received",
    "window": "draft",
    "panel": "reviewing",
    "review": "assigned",
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
    if table is WINDOW:
        return AdmissionWindow(status=state), windows.check_act
    if table is TRADER:
        return Trader(provider=provider, status=state), traders.check_act
    if table in (VERIFICATION, CERTIFICATE):
        trader = Trader(provider=provider)
        return Verification(0, state), lambda person, _subject, row: traders.check_act(person, trader, row)
    if table is DOCUMENT:
        return Document(provider=provider, status=state), documents.check_act
    if table is FALSE_CLAIM:
        return FalseClaim(status=state), verification.check_act
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
    for table in (APPLICATION, TRADER, VERIFICATION, CERTIFICATE, DOCUMENT):
        for row in table:
            subject, check = subject_of(table, mine, row.frm)
            with pytest.raises(NotPermitted):
                check(person, subject, row)  # type: ignore[operator]


@pytest.mark.parametrize("table", TRUTH, ids=lambda table: table.name)
def test_no_row_is_missing_from_the_truth(table: StateTable) -> None:
    assert {(row.frm, row.action) for row in table} == set(TRUTH[table])
    assert table.initial == INITIAL[table.name]
