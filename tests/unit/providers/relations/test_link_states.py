"""Who may take which step with a link in which state: the truth, written out."""

import pytest

from accounts.models import User
from accounts.roles import ROLES_OF_KIND, OrganisationKind, Role
from accounts.services import create_organisation
from common.exceptions import IllegalTransition, InvalidInput, NotPermitted
from providers.relations.barred_files import BarredRow
from providers.relations.barred_services import bar_party
from providers.relations.enums import LinkStatus
from providers.relations.link_models import Link
from providers.relations.models import Party
from providers.relations.permissions import check_act
from providers.relations.states import LINK
from tests.factories.accounts import make_member, make_staff
from tests.factories.providers import make_provider, owner_of
from tests.factories.relations import make_cleared_out

pytestmark = pytest.mark.django_db

MANAGERS = {"provider_owner", "provider_manager"}
DECIDERS = {"admission_reviewer", "conduct_officer"}
# (from, action): (to, who may); every step needs a reason.
TRUTH = {
    ("held", "contest"): ("contested", MANAGERS),
    ("held", "uphold"): ("upheld", DECIDERS),
    ("held", "lift"): ("lifted", DECIDERS),
    ("held", "override"): ("overridden", DECIDERS),
    ("contested", "uphold"): ("upheld", DECIDERS),
    ("contested", "lift"): ("lifted", DECIDERS),
    ("contested", "override"): ("overridden", DECIDERS),
    ("upheld", "lift"): ("lifted", DECIDERS),
    ("upheld", "override"): ("overridden", DECIDERS),
}
ACTIONS = sorted({action for _state, action in TRUTH})


@pytest.fixture
def link() -> Link:
    other = Party(provider=make_cleared_out(), name="x")
    return Link(provider=make_provider(), other=other, strength=0.9, path=[], reasons=["same_phone"])


def people(link: Link) -> dict[str, User]:
    """One person for each role, those of a provider as members of the applicant."""
    found = {role.value: make_staff(role) for role in ROLES_OF_KIND[OrganisationKind.PLATFORM]}
    for kind in (OrganisationKind.PROVIDER, OrganisationKind.MERCHANT):
        own = link.provider.organisation
        organisation = own if kind == OrganisationKind.PROVIDER else create_organisation(kind=kind, name="S", by=None)
        found |= {role.value: make_member(organisation, role) for role in ROLES_OF_KIND[kind]}
    return found


def test_every_step_of_every_role_in_every_state(link: Link) -> None:
    everybody = people(link)
    for state in LinkStatus.values:
        link.status = state
        for action in ACTIONS:
            if (state, action) not in TRUTH:
                with pytest.raises(IllegalTransition):
                    LINK.check(link, action, note="Because.")
                continue
            to, may = TRUTH[state, action]
            with pytest.raises(InvalidInput):
                LINK.check(link, action, note=" ")
            row = LINK.check(link, action, note="Because.")
            assert row.to == to
            allowed = set()
            for role, person in everybody.items():
                try:
                    check_act(person, link, row)
                    allowed.add(role)
                except NotPermitted:
                    pass
            assert allowed == may, (state, action)


@pytest.mark.parametrize("action", ["uphold", "lift", "override"])
def test_who_entered_it_decides_nothing(link: Link, action: str) -> None:
    officer = make_staff(Role.CONDUCT_OFFICER)
    row = LINK.check(link, action, note="Because.")
    check_act(officer, link, row)
    link.created_by = officer
    with pytest.raises(NotPermitted) as refusal:
        check_act(officer, link, row)
    assert refusal.value.reason == "own_entry"


def test_who_entered_the_barred_party_decides_nothing(link: Link) -> None:
    officer = make_staff(Role.CONDUCT_OFFICER)
    barred = bar_party(row=BarredRow(name="甲乙丙丁", reason="Fraud."), by=officer)
    link.other = barred.party
    row = LINK.check(link, "lift", note="Because.")
    with pytest.raises(NotPermitted):
        check_act(officer, link, row)
    check_act(make_staff(Role.CONDUCT_OFFICER), link, row)


def test_a_former_member_decides_nothing(link: Link) -> None:
    reviewer = make_staff(Role.ADMISSION_REVIEWER, owner_of(link.provider))
    with pytest.raises(NotPermitted) as refusal:
        check_act(reviewer, link, LINK.check(link, "lift", note="Because."))
    assert refusal.value.reason == "conflict_of_interest"
