"""Criteria sets from the first draft to the next one: exact results, refusals change nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from accounts.roles import Role
from common.audit.models import AuditEntry
from common.audit.selectors import entries_of
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted, Stale
from common.jobs.models import Job
from providers.conduct.dry_run_services import run_dry_run
from providers.criteria import selectors, services
from providers.criteria.definition import (
    DEFAULT_SET,
    digest_of,
    dump_definition,
    read_definition,
    set_text_of,
)
from providers.criteria.dry_run_models import DryRun
from providers.criteria.models import CriteriaSet, Criterion
from providers.criteria.permissions import offer_actions
from tests.factories.accounts import make_staff, make_user
from tests.factories.criteria import REFUNDS, TEAM, criterion_content, make_draft, make_published_set
from tests.factories.providers import make_provider, owner_of, unchanged

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


def rows() -> list[Any]:
    """Every row of this room."""
    return [list(model.objects.order_by("pk").values()) for model in (CriteriaSet, Criterion, DryRun, AuditEntry)]


def test_the_set_that_ships_is_loaded_once() -> None:
    call_command("load_criteria", verbosity=0)
    before = rows()
    call_command("load_criteria", verbosity=0)
    assert rows() == before
    criteria_set = selectors.published_set()
    assert criteria_set is not None
    assert (criteria_set.number, criteria_set.published_by, criteria_set.edited_by) == (1, None, None)
    text = read_definition(DEFAULT_SET.read_text(encoding="utf-8"))
    assert criteria_set.digest == digest_of(text)
    assert set_text_of(criteria_set, selectors.criteria_of(criteria_set)) == text


def test_a_definition_survives_the_way_out_and_in() -> None:
    text = read_definition(TEAM + REFUNDS)
    assert read_definition(dump_definition(text)) == text
    assert [criterion.key for criterion in text.criteria] == ["team", "refunds"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title = {", "titel = {", "titel"),
        ("[[criteria]]", "[[criteria", "not valid TOML"),
        ('kind = "people"', 'kind = "magic"', "criteria[0].kind"),
        ("traders_active >= 2", "traders_actve >= 2", "'traders_actve' at position 1"),
        ("limit = 2.0\n", "", "criteria[0].limit"),
        ('measure = "traders_active"', 'measure = "orders_90d"', "criteria[0].measure"),
        ('key = "team"', 'key = "Team!"', "criteria[0].key"),
    ],
)
def test_a_faulty_definition_names_its_place(old: str, new: str, told: str) -> None:
    reviewer = make_staff()
    before = rows()
    with pytest.raises(InvalidInput) as refusal:
        services.create_draft(by=reviewer, definition=TEAM.replace(old, new, 1))
    assert refusal.value.field == "definition"
    assert told in str(refusal.value)
    assert rows() == before


def test_a_key_stands_once() -> None:
    with pytest.raises(InvalidInput, match="occurs twice"):
        make_draft(TEAM + REFUNDS.replace("refunds", "team", 1))


def test_a_draft_copies_the_set_in_force() -> None:
    present = make_published_set(TEAM + REFUNDS)
    reviewer = make_staff()
    draft = services.create_draft(by=reviewer, now=NOON)
    assert (draft.number, draft.status, draft.digest) == (2, "draft", present.digest)
    assert (draft.created_at, draft.created_by, draft.edited_by) == (NOON, reviewer, reviewer)
    assert [row.key for row in selectors.criteria_of(draft)] == ["team", "refunds"]
    assert [entry.action for entry in entries_of(draft)] == ["criteria.create"]
    before = rows()
    with pytest.raises(Conflict, match="draft already"):
        services.create_draft(by=reviewer)
    assert rows() == before


def test_who_may_draft() -> None:
    people = [make_user(), make_staff(Role.AUDITOR), owner_of(make_provider())]
    for person in people:
        with pytest.raises(NotPermitted):
            services.create_draft(by=person, definition=TEAM)
    assert not CriteriaSet.objects.exists()


def test_put_and_remove_a_criterion() -> None:
    draft, reviewer = make_draft(), make_staff()
    first = draft.digest
    added = services.put_criterion(
        criteria_set_id=draft.pk, key="complaints", content=criterion_content(), by=reviewer, version=1, now=NOON
    )
    draft.refresh_from_db()
    assert (added.position, draft.version, draft.edited_by, draft.edited_at) == (2, 2, reviewer, NOON)
    assert draft.digest not in ("", first)
    services.put_criterion(
        criteria_set_id=draft.pk,
        key="complaints",
        content={"limit": 0.02, "pass_when": "complaint_rate_90d <= 0.02"},
        by=reviewer,
        version=2,
    )
    added.refresh_from_db()
    assert (added.limit, added.fail_when) == (0.02, "complaint_rate_90d > 0.02")
    draft.refresh_from_db()
    services.remove_criterion(criteria_set_id=draft.pk, key="complaints", by=reviewer, version=3)
    draft.refresh_from_db()
    assert (draft.digest, draft.version) == (first, 4)
    assert sorted(entry.action for entry in entries_of(draft)) == [
        "criteria.create", "criteria.edit", "criteria.edit", "criteria.remove_criterion",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"pass_when": "complaint_rate_90d <= "}, "pass_when"),
        ({"fail_when": "complaints > 1"}, "fail_when"),
        ({"pass_when": ""}, "pass_when"),
        ({"title_en": ""}, "title_en"),
        ({"kind": "magic"}, "kind"),
        ({"at_door": False, "at_night": False}, "at_door"),
        ({"measure": ""}, "measure"),
        ({"limit": None}, "limit"),
        ({"direction": ""}, "direction"),
        ({"direction": "near"}, "direction"),
        ({"measure": "luck"}, "measure"),
        ({"measure": "orders_90d"}, "measure"),
        ({"criteria_set": 3}, "criteria_set"),
    ],
)
def test_a_faulty_criterion_names_its_field(content: dict[str, Any], field: str) -> None:
    draft, reviewer = make_draft(), make_staff()
    before = rows()
    with pytest.raises((InvalidInput, ValidationError)) as refusal:
        services.put_criterion(
            criteria_set_id=draft.pk, key="complaints", content=criterion_content(**content), by=reviewer
        )
    assert isinstance(refusal.value, InvalidInput)
    assert refusal.value.field == field
    assert rows() == before


def test_edits_that_are_refused() -> None:
    draft, reviewer = make_draft(), make_staff()
    published = make_staff(Role.ADMINISTRATOR)
    before = rows()
    with pytest.raises(Stale):
        services.edit_titles(criteria_set_id=draft.pk, changes={"title_en": "New"}, by=reviewer, version=9)
    with pytest.raises(InvalidInput):
        services.edit_titles(criteria_set_id=draft.pk, changes={"number": "7"}, by=reviewer)
    with pytest.raises(NotPermitted):
        services.edit_titles(criteria_set_id=draft.pk, changes={"title_en": "New"}, by=make_user("o@example.com"))
    with pytest.raises(NotFound):
        services.remove_criterion(criteria_set_id=draft.pk, key="luck", by=reviewer)
    assert [*rows()[:3]] == before[:3]
    run_dry_run(criteria_set_id=draft.pk, by=reviewer)
    services.publish_set(criteria_set_id=draft.pk, by=published, note="Go.")
    before = rows()
    for call in (
        lambda: services.put_criterion(criteria_set_id=draft.pk, key="x1", content=criterion_content(), by=reviewer),
        lambda: services.remove_criterion(criteria_set_id=draft.pk, key="team", by=reviewer),
        lambda: services.edit_titles(criteria_set_id=draft.pk, changes={"title_en": "New"}, by=reviewer),
        lambda: services.replace_definition(criteria_set_id=draft.pk, definition=TEAM, by=reviewer),
        lambda: run_dry_run(criteria_set_id=draft.pk, by=reviewer),
    ):
        with pytest.raises(Conflict, match="no draft"):
            call()
    assert rows() == before


def test_titles_and_the_whole_definition() -> None:
    draft, reviewer = make_draft(), make_staff()
    services.edit_titles(criteria_set_id=draft.pk, changes={"title_en": " New ", "title_zh": "条件"}, by=reviewer)
    draft.refresh_from_db()
    assert (draft.title_en, draft.version) == ("New", 2)
    services.replace_definition(criteria_set_id=draft.pk, definition=TEAM + REFUNDS, by=reviewer, version=2)
    draft.refresh_from_db()
    assert (draft.title_en, draft.digest) == ("Criteria", digest_of(read_definition(TEAM + REFUNDS)))
    assert [row.position for row in selectors.criteria_of(draft)] == [1, 2]


def test_publish() -> None:
    first = make_published_set()
    reviewer, administrator = make_staff(), make_staff(Role.ADMINISTRATOR)
    draft = make_draft(TEAM + REFUNDS, by=reviewer)
    run_dry_run(criteria_set_id=draft.pk, by=reviewer)
    Job.objects.all().delete()
    done = services.publish_set(criteria_set_id=draft.pk, by=administrator, note=" Agreed. ", version=1, now=NOON)
    first.refresh_from_db()
    assert (done.status, done.published_at, done.published_by, done.publish_note) == (
        "published", NOON, administrator, "Agreed.",
    )  # fmt: skip
    assert (first.status, first.retired_at, first.retired_by) == ("retired", NOON, administrator)
    assert selectors.published_set() == done
    assert sorted((job.name, job.arguments) for job in Job.objects.all()) == [
        ("providers.tell_of_criteria", {"criteria_set_id": done.pk}),
        ("providers.triage_open_applications", {}),
    ]


def test_publications_that_are_refused() -> None:
    make_published_set()
    editor = make_staff(Role.ADMINISTRATOR)
    draft = make_draft(TEAM + REFUNDS, by=editor)
    other, reviewer = make_staff(Role.ADMINISTRATOR), make_staff()
    before = rows()
    with unchanged():
        with pytest.raises(Conflict, match="not tried"):
            services.publish_set(criteria_set_id=draft.pk, by=other, note="Go.")
        with pytest.raises(NotPermitted, match="edited this draft last"):
            services.publish_set(criteria_set_id=draft.pk, by=editor, note="Go.")
        with pytest.raises(NotPermitted):
            services.publish_set(criteria_set_id=draft.pk, by=reviewer, note="Go.")
        with pytest.raises(InvalidInput):
            services.publish_set(criteria_set_id=draft.pk, by=other, note=" ")
    assert rows() == before
    run_dry_run(criteria_set_id=draft.pk, by=reviewer)
    services.put_criterion(criteria_set_id=draft.pk, key="refunds", content={"position": 9}, by=editor)
    assert offer_actions(draft, other)[0].allowed  # the order did not change, so the draft is the one that was tried
    services.put_criterion(
        criteria_set_id=draft.pk, key="refunds", content={"pass_when": "refund_rate_90d <= 0.2"}, by=editor
    )
    with pytest.raises(Conflict, match="not tried"):
        services.publish_set(criteria_set_id=draft.pk, by=other, note="Go.")


def test_an_empty_draft_is_not_published() -> None:
    draft = make_draft('title = { zh = "条件", en = "Criteria" }\n')
    run_dry_run(criteria_set_id=draft.pk, by=make_staff())
    with pytest.raises(Conflict, match="no criteria"):
        services.publish_set(criteria_set_id=draft.pk, by=make_staff(Role.ADMINISTRATOR), note="Go.")


def test_discard() -> None:
    draft, reviewer = make_draft(), make_staff()
    services.discard_set(criteria_set_id=draft.pk, by=reviewer, note="No use.", now=NOON)
    draft.refresh_from_db()
    assert (draft.status, draft.published_at, draft.retired_at, draft.retired_by) == ("retired", None, NOON, reviewer)
    with pytest.raises(IllegalTransition):
        services.publish_set(criteria_set_id=draft.pk, by=make_staff(Role.ADMINISTRATOR), note="Go.")
    assert not selectors.visible_to(make_user()).exists()
    assert list(selectors.visible_to(reviewer)) == [draft]
