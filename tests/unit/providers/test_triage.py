"""Triage of applications and the dry run of a draft."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from accounts.notices.models import Notice
from accounts.roles import Role
from common.audit.selectors import entries_of
from common.exceptions import Conflict, InvalidInput, NotPermitted
from common.jobs.models import Job
from providers.admission.models import Application
from providers.admission.triage_models import MitigatingFact, Triage
from providers.admission.triage_selectors import count_verdicts, findings_of, triage_of, with_triage
from providers.admission.triage_services import add_mitigating_fact, triage_application, triage_open_applications
from providers.conduct.dry_run_services import begin_dry_run, run_dry_run
from providers.criteria.dry_run_models import DryRun
from providers.criteria.measure_services import store_measures
from providers.criteria.measures import MEASURE_NAMES
from tests.factories.accounts import make_staff
from tests.factories.criteria import REFUNDS, TEAM, make_draft, make_published_set
from tests.factories.providers import make_application, make_trader, owner_of, unchanged

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
DAY = date(2026, 2, 28)


def measure(application: Application, **values: float) -> None:
    columns = {name: np.array([values.get(name, np.nan)]) for name in MEASURE_NAMES}
    store_measures(day=DAY, provider_ids=np.array([application.provider_id]), columns=columns, input_digest=str(values))


def test_submitting_asks_for_triage() -> None:
    application = make_application()
    jobs = Job.objects.filter(name="providers.triage_application")
    assert [job.arguments for job in jobs] == [{"application_id": application.pk}]


def test_a_pass_a_doubt_and_a_failure() -> None:
    make_published_set(TEAM + REFUNDS)
    application = make_application()
    measure(application, refund_rate_90d=0.25)
    triage = triage_application(application_id=application.pk, now=NOON)
    assert triage is not None
    assert (triage.outcome, triage.judged_on, triage.created_by) == ("human", date(2026, 3, 1), None)
    found = triage_of(application)
    assert found == triage
    team, refunds = findings_of(triage)
    assert (team.verdict_name, team.sentence, team.may_explain) == (
        "human",
        "Traders who work there: 1 of at least 2.",
        False,
    )
    assert (refunds.verdict_name, refunds.sentence) == ("pass", "Refund rate, 90 days: 25.0%.")
    assert team.signals == {"traders_active": 1.0}
    assert count_verdicts([team, refunds]) == {"pass": 1, "human": 1, "fail": 0}

    make_trader(application.provider)
    assert triage_application(application_id=application.pk, now=NOON).outcome == "definite_pass"  # type: ignore[union-attr]
    application.provider.traders.update(status="left", left_at=NOON, left_by=owner_of(application.provider))
    assert triage_application(application_id=application.pk, now=NOON).outcome == "definite_fail"  # type: ignore[union-attr]
    assert [row.outcome for row in Triage.objects.order_by("pk")] == ["human", "definite_pass", "definite_fail"]
    assert [entry.action for entry in entries_of(application)].count("application.triage") == 3
    application.refresh_from_db()
    assert application.status == "submitted"


def test_the_same_result_is_kept_once() -> None:
    make_published_set()
    application = make_application()
    first = triage_application(application_id=application.pk, now=NOON)
    with unchanged():
        assert triage_application(application_id=application.pk, now=NOON) == first
    assert Triage.objects.count() == 1


def test_the_portal_passes_over_what_does_not_wait() -> None:
    waiting = make_application()
    assert triage_application(application_id=waiting.pk) is None
    assert triage_open_applications() == 0
    make_published_set()
    draft = make_application(status="draft")
    assert triage_application(application_id=draft.pk) is None
    assert not Triage.objects.exists()


def test_who_may_ask_for_it_again() -> None:
    make_published_set()
    application, draft, reviewer = make_application(), make_application(status="draft"), make_staff()
    auditor = make_staff(Role.AUDITOR)
    with unchanged():
        for person in (auditor, owner_of(application.provider)):
            with pytest.raises(NotPermitted):
                triage_application(application_id=application.pk, by=person)
        with pytest.raises(Conflict, match="submitted"):
            triage_application(application_id=draft.pk, by=reviewer)
    triage = triage_application(application_id=application.pk, by=reviewer)
    assert triage is not None
    assert triage.created_by == reviewer


def test_all_that_wait_at_once() -> None:
    make_published_set()
    applications = [make_application() for _number in range(3)]
    make_application(status="returned")
    make_trader(applications[1].provider)
    assert triage_open_applications(now=NOON) == 3
    outcomes = {row.pk: row.triage_outcome for row in with_triage(Application.objects.all())}
    assert [outcomes[application.pk] for application in applications] == ["human", "definite_pass", "human"]
    assert None in outcomes.values()


def test_mitigating_facts_stand_beside_the_verdict() -> None:
    make_published_set(REFUNDS_ONLY)
    application = make_application()
    owner = owner_of(application.provider)
    measure(application, refund_rate_90d=0.5)
    triage = triage_application(application_id=application.pk, now=NOON)
    assert triage is not None
    assert triage.outcome == "human"
    assert Notice.objects.filter(kind="triage.explain", organisation=application.provider.organisation).count() == 1
    fact = add_mitigating_fact(
        application_id=application.pk, criterion_key="refunds", text=" A recall in May. ", by=owner, now=NOON
    )
    (finding,) = findings_of(triage)
    assert (finding.facts, finding.may_explain, fact.text) == ((fact,), True, "A recall in May.")
    assert "application.mitigate" in [entry.action for entry in entries_of(application)]
    for _number in range(4):
        add_mitigating_fact(application_id=application.pk, criterion_key="refunds", text="More.", by=owner)
    with unchanged(), pytest.raises(InvalidInput, match="5 texts"):
        add_mitigating_fact(application_id=application.pk, criterion_key="refunds", text="More.", by=owner)
    (finding,) = findings_of(triage)
    assert not finding.may_explain


REFUNDS_ONLY = 'title = { zh = "条件", en = "Criteria" }\n' + REFUNDS


def test_mitigating_facts_that_are_refused() -> None:
    make_published_set(TEAM + REFUNDS)
    application = make_application()
    owner = owner_of(application.provider)
    with unchanged(), pytest.raises(InvalidInput):
        add_mitigating_fact(application_id=application.pk, criterion_key="refunds", text="Why.", by=owner)
    triage_application(application_id=application.pk, now=NOON)
    strangers = [make_staff(), owner_of(make_application(status="draft").provider)]
    with unchanged():
        for key in ("team", "luck"):
            with pytest.raises(InvalidInput) as refusal:
                add_mitigating_fact(application_id=application.pk, criterion_key=key, text="Why.", by=owner)
            assert refusal.value.field == "criterion"
        with pytest.raises(InvalidInput) as refusal:
            add_mitigating_fact(application_id=application.pk, criterion_key="refunds", text=" ", by=owner)
        assert refusal.value.field == "text"
        for person in strangers:
            with pytest.raises(NotPermitted):
                add_mitigating_fact(application_id=application.pk, criterion_key="refunds", text="Why.", by=person)
    assert not MitigatingFact.objects.exists()
    closed = make_application(status="withdrawn")
    with pytest.raises(Conflict, match="closed"):
        add_mitigating_fact(
            application_id=closed.pk, criterion_key="refunds", text="Why.", by=owner_of(closed.provider)
        )


def test_a_dry_run_shows_who_would_move() -> None:
    present = make_published_set()
    one, two = make_application(), make_application(status="draft")
    make_trader(two.provider)
    make_application(status="withdrawn")
    reviewer = make_staff()
    draft = make_draft(TEAM.replace("traders_active >= 2", "traders_active >= 1").replace("limit = 2.0", "limit = 1.0"))
    found = begin_dry_run(criteria_set_id=draft.pk, by=reviewer, now=NOON)
    assert isinstance(found, DryRun)
    assert (found.digest, found.compared_with, found.application_count) == (draft.digest, present, 2)
    assert found.moves == [
        {
            "application": one.pk,
            "number": one.number,
            "provider": one.provider.code,
            "name": one.provider.name,
            "before": "human",
            "after": "definite_pass",
        }
    ]
    assert found.matrix == [
        {"before": "definite_pass", "after": "definite_pass", "count": 1},
        {"before": "human", "after": "definite_pass", "count": 1},
    ]
    assert found.counts == [{"key": "team", "before": [1, 1, 0], "after": [2, 0, 0]}]
    assert not Triage.objects.exists()


def test_a_dry_run_without_a_set_in_force_and_without_applications() -> None:
    draft = make_draft()
    found = run_dry_run(criteria_set_id=draft.pk, by=make_staff())
    assert (found.application_count, found.moves, found.matrix) == (0, [], [])
    assert found.counts == [{"key": "team", "before": None, "after": [0, 0, 0]}]
    auditor = make_staff(Role.AUDITOR)
    with unchanged(), pytest.raises(NotPermitted):
        run_dry_run(criteria_set_id=draft.pk, by=auditor)
    assert DryRun.objects.count() == 1
