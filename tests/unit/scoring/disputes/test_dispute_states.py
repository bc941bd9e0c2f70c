"""Who may take which step with a dispute in which state: the truth, written out."""

import pytest

from accounts.models import User
from accounts.roles import ROLES_OF_KIND, OrganisationKind, Role
from accounts.services import create_organisation
from common.exceptions import IllegalTransition, InvalidInput, NotPermitted
from scoring.disputes.enums import DisputeStatus
from scoring.disputes.models import Dispute
from scoring.disputes.permissions import check_act
from scoring.disputes.states import DISPUTE
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.providers import make_provider

pytestmark = pytest.mark.django_db

DECIDERS = {"scoring_analyst", "appeals_officer"}
MANAGERS = {"provider_owner", "provider_manager"}
# (from, action): (to, who may, whether a reason is needed)
TRUTH = {
    ("open", "uphold"): ("upheld", DECIDERS, True),
    ("open", "uphold_partly"): ("partly_upheld", DECIDERS, True),
    ("open", "reject"): ("rejected", DECIDERS, True),
    ("open", "withdraw"): ("withdrawn", MANAGERS, False),
}
ACTIONS = sorted({action for _state, action in TRUTH})


@pytest.fixture
def dispute() -> Dispute:
    return Dispute(provider=make_provider(), column="orders", held=1, should_be=2)


def people(dispute: Dispute) -> dict[str, User]:
    """One person for each role, those of a provider as members of the one that disputes."""
    found = {role.value: make_staff(role) for role in ROLES_OF_KIND[OrganisationKind.PLATFORM]}
    for kind in (OrganisationKind.PROVIDER, OrganisationKind.MERCHANT):
        own = dispute.provider.organisation
        organisation = own if kind == OrganisationKind.PROVIDER else create_organisation(kind=kind, name="S", by=None)
        found |= {role.value: make_member(organisation, role) for role in ROLES_OF_KIND[kind]}
    return found


def test_every_step_of_every_role_in_every_state(dispute: Dispute) -> None:
    everybody = people(dispute)
    for state in DisputeStatus.values:
        dispute.status = state
        for action in ACTIONS:
            if (state, action) not in TRUTH:
                with pytest.raises(IllegalTransition):
                    DISPUTE.check(dispute, action, note="Because.")
                continue
            to, may, needs_note = TRUTH[state, action]
            if needs_note:
                with pytest.raises(InvalidInput):
                    DISPUTE.check(dispute, action, note=" ")
            row = DISPUTE.check(dispute, action, note="Because.")
            assert row.to == to
            allowed = set()
            for role, person in everybody.items():
                try:
                    check_act(person, dispute, row, concerned=set())
                    allowed.add(role)
                except NotPermitted:
                    pass
            assert allowed == may, (state, action)


def test_no_row_is_missing_from_the_truth() -> None:
    assert {(row.frm, row.action) for row in DISPUTE} == set(TRUTH)


@pytest.mark.parametrize("action", ["uphold", "uphold_partly", "reject"])
def test_who_brought_the_facts_in_decides_nothing(dispute: Dispute, action: str) -> None:
    analyst = make_staff(Role.SCORING_ANALYST)
    row = DISPUTE.check(dispute, action, note="Because.")
    check_act(analyst, dispute, row, concerned={analyst.pk + 1})
    with pytest.raises(NotPermitted) as refusal:
        check_act(analyst, dispute, row, concerned={analyst.pk})
    assert refusal.value.reason == "conflict_of_interest"


def test_who_belongs_to_the_company_decides_nothing(dispute: Dispute) -> None:
    both = make_member(dispute.provider.organisation, Role.PROVIDER_TRADER, make_user())
    make_staff(Role.APPEALS_OFFICER, both)
    row = DISPUTE.check(dispute, "reject", note="Because.")
    with pytest.raises(NotPermitted) as refusal:
        check_act(both, dispute, row, concerned=set())
    assert refusal.value.reason == "conflict_of_interest"
