"""Who may take which step with a contract or a watch list entry in which state: the truth, written out."""

import pytest

from accounts.models import User
from accounts.roles import ROLES_OF_KIND, OrganisationKind, Role
from accounts.services import create_organisation
from common.exceptions import IllegalTransition, InvalidInput, NotPermitted
from common.states import StateTable
from providers.conduct.models import Probation, WatchEntry
from providers.conduct.permissions import check_probation_act, check_watch_act
from providers.conduct.states import PROBATION, WATCH
from providers.registry.models import Provider
from tests.factories.accounts import make_member, make_staff
from tests.factories.providers import make_provider, owner_of

pytestmark = pytest.mark.django_db

OWNER = {"provider_owner"}
MANAGERS = {"provider_owner", "provider_manager"}
REVIEWERS = {"admission_reviewer"}
OFFICERS = {"conduct_officer"}
# (from, action): (to, who may, a reason is needed)
TRUTH = {
    PROBATION: {
        ("proposed", "sign"): ("running", OWNER, False),
        ("proposed", "judge"): ("judged", REVIEWERS, True),
        ("proposed", "lapse"): ("lapsed", REVIEWERS, True),
        ("running", "judge"): ("judged", REVIEWERS, True),
        ("running", "lapse"): ("lapsed", REVIEWERS, True),
        ("judged", "complete"): ("passed", REVIEWERS, True),
        ("judged", "extend"): ("running", REVIEWERS, True),
        ("judged", "fail"): ("failed", OFFICERS, True),
        ("judged", "lapse"): ("lapsed", REVIEWERS, True),
    },
    WATCH: {
        ("watching", "notify"): ("notified", OFFICERS, True),
        ("watching", "close"): ("closed", OFFICERS, True),
        ("notified", "propose"): ("planned", MANAGERS, True),
        ("notified", "suspend"): ("suspended", OFFICERS, True),
        ("notified", "close"): ("closed", OFFICERS, True),
        ("planned", "accept"): ("curing", OFFICERS, True),
        ("planned", "refuse"): ("notified", OFFICERS, True),
        ("planned", "close"): ("closed", OFFICERS, True),
        ("curing", "suspend"): ("suspended", OFFICERS, True),
        ("curing", "close"): ("closed", OFFICERS, True),
        ("suspended", "reinstate"): ("curing", OFFICERS, True),
        ("suspended", "clear_out"): ("cleared_out", OFFICERS, True),
    },
}
INITIAL = {"probation": "proposed", "watch": "watching"}
TABLES = sorted(TRUTH, key=lambda table: table.name)


def subject_of(table: StateTable, provider: Provider, state: str) -> Probation | WatchEntry:
    return (Probation if table is PROBATION else WatchEntry)(provider=provider, status=state)


def check_act(person: User, subject: Probation | WatchEntry, row: object) -> None:
    (check_probation_act if isinstance(subject, Probation) else check_watch_act)(person, subject, row)  # type: ignore[arg-type]


def people(provider: Provider) -> dict[str, User]:
    """One person for each role, those of a provider as members of this one."""
    found = {role.value: make_staff(role) for role in ROLES_OF_KIND[OrganisationKind.PLATFORM]}
    shop = create_organisation(kind=OrganisationKind.MERCHANT, name="S", by=None)
    for kind, organisation in ((OrganisationKind.PROVIDER, provider.organisation), (OrganisationKind.MERCHANT, shop)):
        found |= {role.value: make_member(organisation, role) for role in ROLES_OF_KIND[kind]}
    assert set(found) == set(Role.values)
    return found


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_step_of_every_role_in_every_state(table: StateTable) -> None:
    provider = make_provider()
    everybody = people(provider)
    truth = TRUTH[table]
    for state in table.states.values:
        subject = subject_of(table, provider, state)
        for action in sorted({name for _state, name in truth}):
            if (state, action) not in truth:
                with pytest.raises(IllegalTransition):
                    table.check(subject, action, note="Because.")
                continue
            to, may, needs_note = truth[state, action]
            row = table.check(subject, action, note="Because.")
            assert (row.to, row.needs_note) == (to, needs_note)
            if needs_note:
                with pytest.raises(InvalidInput) as refusal:
                    table.check(subject, action, note=" \n")
                assert (refusal.value.field, refusal.value.reason) == ("note", "note_required")
            allowed = set()
            for role, person in everybody.items():
                try:
                    check_act(person, subject, row)
                    allowed.add(role)
                except NotPermitted:
                    pass
            assert allowed == may, (state, action)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_row_is_missing_from_the_truth(table: StateTable) -> None:
    assert {(row.frm, row.action) for row in table} == set(TRUTH[table])
    assert table.initial == INITIAL[table.name]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("role", sorted(MANAGERS))
def test_a_role_elsewhere_counts_for_nothing(table: StateTable, role: str) -> None:
    person = make_member(make_provider().organisation, role)
    for row in table:
        with pytest.raises(NotPermitted):
            check_act(person, subject_of(table, make_provider(), row.frm), row)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_former_member_decides_nothing(table: StateTable) -> None:
    provider = make_provider()
    person = owner_of(provider)
    make_staff(Role.CONDUCT_OFFICER, person)
    make_staff(Role.ADMISSION_REVIEWER, person)
    for row in table:
        if row.action in ("sign", "propose"):
            continue
        with pytest.raises(NotPermitted) as refusal:
            check_act(person, subject_of(table, provider, row.frm), row)
        assert refusal.value.reason == "conflict_of_interest"


@pytest.mark.parametrize("action", ["complete", "extend"])
def test_the_mentor_signs_no_verdict(action: str) -> None:
    reviewer, probation = make_staff(), subject_of(PROBATION, make_provider(), "judged")
    row = PROBATION.check(probation, action, note="Because.")
    check_act(reviewer, probation, row)
    probation.mentor = reviewer  # type: ignore[union-attr]
    with pytest.raises(NotPermitted) as refusal:
        check_act(reviewer, probation, row)
    assert refusal.value.reason == "conflict_of_interest"


def test_who_suspended_does_not_clear_out() -> None:
    officer, entry = make_staff(Role.CONDUCT_OFFICER), subject_of(WATCH, make_provider(), "suspended")
    row = WATCH.check(entry, "clear_out", note="Because.")
    check_act(officer, entry, row)
    entry.acted_by = officer  # type: ignore[union-attr]
    with pytest.raises(NotPermitted) as refusal:
        check_act(officer, entry, row)
    assert refusal.value.reason == "second_person"
    check_act(officer, entry, WATCH.check(entry, "reinstate", note="Because."))
