"""Who is told when another criteria set is in force."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import override_settings
from django.utils import translation

from accounts.notices.models import Notice
from accounts.notices.texts import all_texts, fill
from accounts.roles import Role
from common.audit.selectors import entries_of
from common.exceptions import NotFound
from common.jobs.models import Job
from providers.admission.criteria_notice_services import tell_of_criteria
from providers.registry.status_services import suspend_provider
from tests.factories.accounts import make_staff
from tests.factories.criteria import REFUNDS, TEAM, make_published_set
from tests.factories.providers import make_application, make_external_provider, make_provider, unchanged

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
DOOR, NIGHT = "criteria.changed_at_door", "criteria.changed_at_night"


def told() -> set[tuple[str, int | None]]:
    notices = Notice.objects.filter(kind__startswith="criteria.")
    return {(notice.kind, notice.organisation_id) for notice in notices}


def test_applicants_and_admitted_providers_are_told_once() -> None:
    draft, waiting = make_application(status="draft"), make_application()
    make_application(status="withdrawn")
    make_external_provider("outside-1")
    probation, admitted = make_provider(status="probation"), make_provider(status="admitted")
    suspended = make_provider(status="probation")
    suspend_provider(provider_id=suspended.pk, by=make_staff(Role.CONDUCT_OFFICER), note="Fake orders.")
    criteria_set = make_published_set()
    assert tell_of_criteria(criteria_set_id=criteria_set.pk, now=NOON) == 4
    assert told() == {
        (DOOR, draft.provider.organisation_id),
        (DOOR, waiting.provider.organisation_id),
        (NIGHT, probation.organisation_id),
        (NIGHT, admitted.organisation_id),
    }
    (entry,) = entries_of(criteria_set).filter(action="criteria.tell")
    assert (entry.by, entry.changes) == (None, {"notices": 4})
    with unchanged():
        assert tell_of_criteria(criteria_set_id=criteria_set.pk, now=NOON) == 0
    assert Notice.objects.filter(kind__startswith="criteria.").count() == 4


def test_a_set_that_was_replaced_is_not_told() -> None:
    make_application()
    first = make_published_set()
    second = make_published_set(TEAM + REFUNDS)
    assert tell_of_criteria(criteria_set_id=first.pk) == 0
    assert tell_of_criteria(criteria_set_id=second.pk) == 1
    with pytest.raises(NotFound):
        tell_of_criteria(criteria_set_id=0)


def test_the_words_are_in_the_readers_language() -> None:
    make_application()
    criteria_set = make_published_set()
    tell_of_criteria(criteria_set_id=criteria_set.pk, now=NOON)
    notice = Notice.objects.get(kind=DOOR)
    text = all_texts()[DOOR].text
    with translation.override("en"):
        assert fill(text, notice.parameters).startswith(f"“Criteria”, set {criteria_set.number}, counts since ")
    with translation.override("zh-hans"):
        assert "“条件”" in fill(text, notice.parameters)


@pytest.mark.parametrize("count", [1, 3])
def test_statements_do_not_grow_with_the_companies(count: int, django_assert_num_queries: Any) -> None:
    for _ in range(count):
        make_application()
        make_provider(status="admitted")
    criteria_set = make_published_set()
    with override_settings(MAIL_NOTICES=True), django_assert_num_queries(11):
        assert tell_of_criteria(criteria_set_id=criteria_set.pk) == 2 * count
    assert Job.objects.filter(name="accounts.mail_notice").count() == 2 * count
