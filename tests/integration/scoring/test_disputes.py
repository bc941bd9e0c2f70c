"""A dispute from the claim to the corrected score, and everything that is refused on the way."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import InternalError, transaction

from accounts.models import Notice
from accounts.roles import Role
from common.audit.selectors import entries_of
from common.exceptions import (
    Conflict,
    DomainError,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    Stale,
    TooLarge,
)
from common.jobs.models import Job
from providers.documents.files import kept_names
from providers.registry.models import Provider
from scoring.capabilities import selectors as cards
from scoring.capabilities.compute import Silent
from scoring.capabilities.models import Scorecard, ScoreRun
from scoring.capabilities.recompute import recompute
from scoring.capabilities.recompute_models import Recomputation
from scoring.capabilities.recompute_services import resume_recomputations
from scoring.capabilities.replay import replay_run
from scoring.capabilities.runs import start_run
from scoring.disputes import selectors
from scoring.disputes.decision_services import reject_dispute, uphold_dispute, uphold_partly
from scoring.disputes.services import FOLDER, Upload, add_evidence, open_dispute, open_evidence, withdraw_dispute
from scoring.disputes.sweeping import sweep_files
from scoring.facts.adjustment_models import Adjustment, AdjustmentLine
from scoring.facts.adjustment_services import RECOMPUTE
from scoring.facts.models import FactBatch
from scoring.facts.rows import Slice, read_totals
from tests.factories.accounts import make_staff, make_user
from tests.factories.disputes import LATER, make_dispute, make_fake_orders, run_recomputations
from tests.factories.documents import make_pdf
from tests.factories.providers import make_provider, owner_of, unchanged
from tests.factories.scoring import DAY, MORNING_AFTER, make_facts, make_published_model, make_run, work

pytestmark = pytest.mark.django_db

PROOF = b"%PDF-1.4 no end"


@pytest.fixture
def provider() -> Provider:
    """One of two providers: 50 points of clicks; of 100 orders 10 refunded, in two rows; 40 of 50 promises kept."""
    make_published_model()
    first, second = make_provider(status="admitted"), make_provider(status="admitted")
    make_facts(
        [
            {"provider": first.code, "merchant": "M000001", **work(300, 6, 20, orders=60, promises=25)},
            {"provider": first.code, "merchant": "M000002", **work(700, 4, 20, orders=40, promises=25)},
            {"provider": second.code, **work(200, 50, 25)},
        ]
    )
    return first


def held(provider: Provider, column: str = "refunded_orders") -> list[tuple[str, int]]:
    chosen = Slice(provider.code, DAY, DAY)
    return [(key.merchant, key.values[0]) for key in read_totals(chosen, (column,), limit=9)]


def test_a_dispute_keeps_what_was_held_and_starts_the_clock(provider: Provider) -> None:
    dispute = make_dispute(provider)
    assert (dispute.held, dispute.should_be, dispute.status) == (10, 4, "open")
    assert dispute.due_at == MORNING_AFTER + timedelta(days=7)
    assert [file.file_name for file in dispute.files.all()] == ["proof.pdf"]
    assert list(selectors.open_disputes_of(provider.pk)) == [dispute]
    assert selectors.disputed_among([provider.pk, provider.pk + 1]) == {provider.pk: 1}
    assert [entry.action for entry in entries_of(dispute)] == ["dispute.add_evidence", "dispute.open"]


def test_upholding_corrects_the_facts_and_the_score_and_tells_who_moved(provider: Provider) -> None:
    before = make_run()
    dispute = make_dispute(provider, status="upheld")
    assert (dispute.status, dispute.granted, dispute.held_then) == ("upheld", 4, 10)
    # Six refunds less, in proportion to six and four: four and two.
    lines = dispute.adjustment.lines.order_by("merchant")
    assert [(line.merchant, line.before, line.delta, line.after) for line in lines] == [
        ("M000001", 6, -4, 2),
        ("M000002", 4, -2, 2),
    ]
    assert held(provider) == [("M000001", 2), ("M000002", 2)]
    assert dispute.adjustment.reference == dispute.number
    done = run_recomputations()
    before.refresh_from_db()
    after = before.superseded_by
    assert done == [{"adjustment": dispute.adjustment_id, "runs": [after.pk], "changed": 1}]
    assert (after.as_of, after.adjustment_ids) == (DAY, [dispute.adjustment_id])
    assert after.input_digest != before.input_digest
    assert cards.current_run() == after
    # 4 of 100 refunded: 96; with 80 of promises service is 88, the score 0.4 * 50 + 0.6 * 88 = 72.8; before 71.
    own = Scorecard.objects.filter(provider=provider).order_by("run_id")
    assert [card.composite for card in own] == pytest.approx([71.0, 72.8], abs=1e-6)
    notices = Notice.objects.filter(kind="score.recomputed")
    assert [(one.organisation_id, one.parameters["before"], one.parameters["after"]) for one in notices] == [
        (provider.organisation_id, "71.0", "72.8")
    ]
    assert Notice.objects.filter(kind="dispute.uphold", organisation_id=provider.organisation_id).count() == 1
    assert list(selectors.open_disputes_of(provider.pk)) == []


def test_both_runs_replay_to_their_digests(provider: Provider) -> None:
    make_run()
    make_dispute(provider, status="upheld")
    run_recomputations()
    runs = list(ScoreRun.objects.order_by("pk"))
    assert [replay_run(run).equal for run in runs] == [True, True]
    assert runs[0].result_digest != runs[1].result_digest


def test_a_part_is_granted(provider: Provider) -> None:
    dispute = make_dispute(provider, status="partly_upheld")
    assert (dispute.status, dispute.granted) == ("partly_upheld", 7)
    assert sum(value for _merchant, value in held(provider)) == 7


def test_a_missing_fact_is_added_where_the_provider_says(provider: Provider) -> None:
    missing = DAY - timedelta(days=3)
    dispute = make_dispute(
        provider, status="upheld", column="live_sessions", day_from=missing, day_to=missing + timedelta(days=1),
        merchant="M000009", should_be=3,
    )  # fmt: skip
    lines = dispute.adjustment.lines.order_by("day")
    assert [(line.day, line.merchant, line.delta) for line in lines] == [
        (missing, "M000009", 2),
        (missing + timedelta(days=1), "M000009", 1),
    ]


def test_a_rejection_leaves_the_facts(provider: Provider) -> None:
    make_run()
    dispute = make_dispute(provider, status="rejected")
    assert (dispute.status, dispute.granted, dispute.adjustment, dispute.held_then) == ("rejected", None, None, 10)
    assert Adjustment.objects.count() == 0
    assert run_recomputations() == []
    notice = Notice.objects.get(kind="dispute.reject")
    assert notice.parameters["note"] == "The papers show it."


def test_a_provider_takes_its_dispute_back(provider: Provider) -> None:
    dispute = make_dispute(provider, status="withdrawn")
    assert (dispute.status, dispute.withdrawn_by) == ("withdrawn", owner_of(provider))
    make_dispute(provider)


@pytest.mark.parametrize(
    ("claim", "field", "reason"),
    [
        ({"column": "profit"}, "column", "invalid_input"),
        ({"day_to": DAY - timedelta(days=1)}, "day_to", "invalid_input"),
        ({"day_to": date(2025, 7, 1)}, "day_to", "invalid_input"),
        ({"day_from": date(2023, 1, 1)}, "day_from", "invalid_input"),
        ({"day_from": DAY - timedelta(days=92)}, "day_to", "invalid_input"),
        ({"should_be": -1}, "should_be", "invalid_input"),
        ({"should_be": 10}, "should_be", "nothing_to_change"),
        ({"statement": "  "}, "statement", "invalid_input"),
        ({"column": "sla_hits", "should_be": 51}, "should_be", "part_above_whole"),
        ({"column": "sla_total", "should_be": 39}, "should_be", "part_above_whole"),
        ({"files": [Upload("x.pdf", [PROOF])]}, "file", "bad_file"),
        ({"files": [Upload("x.exe", [b"MZ" + bytes(90)])]}, "file", "bad_file"),
        ({"files": [Upload("x.pdf", [make_pdf()])] * 6}, "file", "too_many_files"),
    ],
)
def test_claims_that_are_refused(provider: Provider, claim: dict[str, Any], field: str, reason: str) -> None:
    before = kept_names(FOLDER)
    with unchanged(), pytest.raises(DomainError) as refusal:
        make_dispute(provider, **claim)
    assert (refusal.value.field, refusal.value.reason) == (field, reason)
    assert kept_names(FOLDER) == before


def test_a_file_that_is_too_large_leaves_nothing(provider: Provider) -> None:
    before = kept_names(FOLDER)
    chunks = [bytes(1024 * 1024)] * 11
    with unchanged(), pytest.raises(TooLarge):
        make_dispute(provider, files=[Upload("first.pdf", [make_pdf()]), Upload("big.pdf", chunks)])
    assert kept_names(FOLDER) == before


@pytest.mark.parametrize(
    ("again", "refused"),
    [
        ({}, True),
        ({"merchant": "M000001", "should_be": 1}, True),
        ({"day_from": DAY - timedelta(days=3)}, True),
        ({"column": "orders"}, False),
        ({"day_from": DAY - timedelta(days=9), "day_to": DAY - timedelta(days=1)}, False),
    ],
)
def test_the_same_facts_are_disputed_once_at_a_time(provider: Provider, again: dict[str, Any], refused: bool) -> None:
    first = make_dispute(provider)
    if not refused:
        make_dispute(provider, **again)
        return
    with unchanged(), pytest.raises(Conflict) as refusal:
        make_dispute(provider, **again)
    assert refusal.value.reason == "dispute_overlaps"
    assert first.number in str(refusal.value)


def test_only_owner_and_manager_open_one(provider: Provider) -> None:
    stranger = owner_of(make_provider())
    for person in (stranger, make_user(), make_staff(Role.SCORING_ANALYST), make_staff(Role.ADMINISTRATOR)):
        with unchanged(), pytest.raises(NotPermitted):
            make_dispute(provider, by=person)
    with pytest.raises(NotFound):
        open_dispute(
            provider_id=0, column="orders", day_from=DAY, day_to=DAY, should_be=1, statement="x", by=make_user()
        )


def test_whoever_imported_the_facts_or_corrected_them_does_not_decide(provider: Provider) -> None:
    analyst, officer = make_staff(Role.SCORING_ANALYST), make_staff(Role.SCORING_ANALYST)
    FactBatch.objects.update(imported_by=analyst)
    make_fake_orders(provider, by=officer)
    refunds = make_dispute(provider)
    orders = make_dispute(provider, column="orders", should_be=100)
    assert selectors.people_behind(refunds) == {analyst.pk}
    assert selectors.people_behind(orders) == {analyst.pk, officer.pk}
    for dispute, person in ((refunds, analyst), (orders, officer)):
        for decide in (uphold_dispute, reject_dispute):
            with unchanged(), pytest.raises(NotPermitted) as refusal:
                decide(dispute_id=dispute.pk, by=person, note="Mine.")
            assert refusal.value.reason == "conflict_of_interest"
    uphold_dispute(dispute_id=refunds.pk, by=officer, note="The papers show it.", now=LATER)


def test_decisions_that_are_refused(provider: Provider) -> None:
    dispute = make_dispute(provider)
    appeals = make_staff(Role.APPEALS_OFFICER)
    with unchanged(), pytest.raises(InvalidInput) as no_reason:
        uphold_dispute(dispute_id=dispute.pk, by=appeals, note=" ")
    assert no_reason.value.reason == "note_required"
    for granted in (4, 10, 11, 3):
        with unchanged(), pytest.raises(InvalidInput) as no_part:
            uphold_partly(dispute_id=dispute.pk, by=appeals, note="Half.", granted=granted)
        assert no_part.value.field == "granted"
    with unchanged(), pytest.raises(Stale):
        reject_dispute(dispute_id=dispute.pk, by=appeals, note="No.", version=7)
    with unchanged(), pytest.raises(NotPermitted):
        withdraw_dispute(dispute_id=dispute.pk, by=appeals)
    reject_dispute(dispute_id=dispute.pk, by=appeals, note="No.")
    with unchanged(), pytest.raises(IllegalTransition):
        uphold_dispute(dispute_id=dispute.pk, by=appeals, note="Yes.")


def test_facts_that_were_mended_meanwhile_need_no_correction(provider: Provider) -> None:
    dispute = make_dispute(provider)
    other = make_dispute(provider, merchant="M000002", column="orders", should_be=30)
    FactBatch.objects.update(status="rejected", path="", file_digest="", imported_at=None)
    make_facts([{"provider": provider.code, **work(500, 4, 40)}])
    appeals = make_staff(Role.APPEALS_OFFICER)
    with unchanged(), pytest.raises(Conflict) as refusal:
        uphold_dispute(dispute_id=dispute.pk, by=appeals, note="Yes.")
    assert refusal.value.reason == "nothing_to_change"
    # What is held now, none of this merchant, is what the decision starts from.
    granted = uphold_dispute(dispute_id=other.pk, by=appeals, note="Yes.", now=LATER)
    assert (granted.held, granted.held_then) == (40, 0)


def test_evidence_is_added_once_and_read_with_a_trace(provider: Provider) -> None:
    dispute = make_dispute(provider)
    proof = make_pdf()
    file = add_evidence(dispute_id=dispute.pk, upload=Upload("more.pdf", [proof]), by=owner_of(provider))
    with unchanged(), pytest.raises(Conflict) as again:
        add_evidence(dispute_id=dispute.pk, upload=Upload("again.pdf", [proof]), by=owner_of(provider))
    assert again.value.reason == "same_file"
    appeals = make_staff(Role.APPEALS_OFFICER)
    with unchanged(), pytest.raises(NotPermitted):
        add_evidence(dispute_id=dispute.pk, upload=Upload("x.pdf", [make_pdf()]), by=appeals)
    assert open_evidence(file_id=file.pk, by=appeals) == file
    assert entries_of(dispute).first().action == "dispute.read_evidence"
    with pytest.raises(NotPermitted):
        open_evidence(file_id=file.pk, by=make_staff(Role.RACE_STEWARD))
    assert selectors.files_visible_to(owner_of(make_provider())).count() == 0
    withdraw_dispute(dispute_id=dispute.pk, by=owner_of(provider))
    with unchanged(), pytest.raises(Conflict):
        add_evidence(dispute_id=dispute.pk, upload=Upload("late.pdf", [make_pdf()]), by=owner_of(provider))
    assert sweep_files() == 0


def test_corrections_are_final(provider: Provider) -> None:
    make_dispute(provider, status="upheld")
    for change in (
        lambda: Adjustment.objects.update(reason="Other."),
        lambda: AdjustmentLine.objects.all().delete(),
        lambda: AdjustmentLine.objects.update(delta=-1),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            change()


def test_a_correction_outside_every_window_changes_no_run(provider: Provider) -> None:
    make_run()
    old = DAY - timedelta(days=70)
    make_facts([{"provider": provider.code, "day": old, **work(10, 10, 10)}])
    make_dispute(provider, status="upheld", day_from=old, day_to=old)
    assert run_recomputations()[0]["runs"] == []


def test_two_corrections_at_once_are_told_once(provider: Provider) -> None:
    make_run()
    make_dispute(provider, status="upheld")
    make_dispute(provider, status="upheld", column="clicks", should_be=600)
    first, second = run_recomputations()
    assert (len(first["runs"]), second["runs"]) == (1, [])
    assert ScoreRun.objects.count() == 2
    assert Notice.objects.filter(kind="score.recomputed").count() == 1


def test_a_correction_that_waited_is_compared_with_what_counts_by_then(provider: Provider) -> None:
    """The second was planned before the first had ended, as when its job met a run under way."""
    oldest = make_run()
    first = make_dispute(provider, status="upheld")
    recompute(first.adjustment_id, Silent())
    oldest.refresh_from_db()
    second = make_dispute(provider, status="upheld", column="clicks", should_be=600)
    waited = Recomputation.objects.create(adjustment=second.adjustment, before=oldest)
    recompute(second.adjustment_id, Silent())
    waited.refresh_from_db()
    assert (waited.before, waited.changed_count) == (oldest.superseded_by, 1)
    told = [one.parameters["before"] for one in Notice.objects.filter(kind="score.recomputed").order_by("pk")]
    assert told == ["71.0", "72.8"]


def test_a_correction_that_another_run_took_in_is_not_told_again(provider: Provider) -> None:
    before = make_run()
    first = make_dispute(provider, status="upheld")
    second = make_dispute(provider, status="upheld", column="clicks", should_be=600)
    waited = Recomputation.objects.create(adjustment=second.adjustment, before=before)
    for dispute in (first, second):
        recompute(dispute.adjustment_id, Silent())
    waited.refresh_from_db()
    assert (waited.changed_count, waited.after) == (0, Recomputation.objects.get(adjustment=first.adjustment).after)
    assert Notice.objects.filter(kind="score.recomputed").count() == 1


def test_what_a_failed_job_left_is_asked_for_again(provider: Provider) -> None:
    """As when another run of that day was under way: a plan without a run."""
    before = make_run()
    dispute = make_dispute(provider, status="upheld")
    Recomputation.objects.create(adjustment=dispute.adjustment, before=before)
    jobs = Job.objects.filter(name=RECOMPUTE)
    assert resume_recomputations(now=LATER) == 0  # the first one still waits
    jobs.update(status="failed", finished_at=LATER)
    assert resume_recomputations(now=LATER + timedelta(days=3)) == 0  # nobody looks back so far
    assert resume_recomputations(now=LATER) == 1
    assert resume_recomputations(now=LATER) == 0
    run_recomputations()
    assert resume_recomputations(now=LATER) == 0
    assert Recomputation.objects.get().changed_count == 1


def test_a_run_under_way_makes_a_correction_wait(provider: Provider) -> None:
    make_run()
    dispute = make_dispute(provider, status="upheld")
    make_facts([{"provider": provider.code, "day": DAY - timedelta(days=1), **work(1, 1, 1)}])
    busy = start_run(by=None, as_of=DAY, now=LATER)
    (job,) = Job.objects.filter(name=RECOMPUTE)
    make_facts([{"provider": provider.code, "day": DAY - timedelta(days=2), **work(1, 1, 1)}])
    with pytest.raises(Conflict) as refusal:
        recompute(dispute.adjustment_id, Silent(), job=job)
    assert refusal.value.reason == "run_active"
    busy.refresh_from_db()
    assert (busy.status, Recomputation.objects.get().after) == ("queued", None)


def test_who_sees_which_disputes(provider: Provider) -> None:
    dispute = make_dispute(provider)
    for role, seen in (
        (Role.SCORING_ANALYST, True),
        (Role.APPEALS_OFFICER, True),
        (Role.AUDITOR, True),
        (Role.RACE_STEWARD, False),
    ):
        assert (dispute in selectors.visible_to(make_staff(role))) is seen, role
    assert list(selectors.waiting(owner_of(provider))) == [dispute]
    assert not selectors.visible_to(owner_of(make_provider())).exists()
