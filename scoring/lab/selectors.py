"""Reads about trials, their results and moves."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import has_permission
from scoring.capabilities.enums import RunStatus
from scoring.capabilities.models import ScoreRun, ScoringModel
from scoring.capabilities.selectors import done_runs
from scoring.lab.models import LabMove, LabResult, LabTrial
from scoring.trials.enums import OPEN_TRIALS

OFFERED_RUNS = 60


def trials_visible_to(user: User | AnonymousUser) -> QuerySet[LabTrial]:
    """All trials for those who may view models, none for others."""
    trials = LabTrial.objects.select_related("scoring_model", "job", "created_by").defer("definition")
    return trials if has_permission(user, "model.view") else trials.none()


def results_visible_to(user: User | AnonymousUser) -> QuerySet[LabResult]:
    """All results for those who may view models, none for others."""
    results = LabResult.objects.select_related("trial__scoring_model", "run__scoring_model")
    return results if has_permission(user, "model.view") else results.none()


def moves_visible_to(user: User | AnonymousUser) -> QuerySet[LabMove]:
    """The moves of all results for those who may view models, none for others."""
    moves = LabMove.objects.select_related("provider")
    return moves if has_permission(user, "model.view") else moves.none()


def open_trial_of(model: ScoringModel) -> LabTrial | None:
    """The trial of a version that is under way."""
    return LabTrial.objects.filter(scoring_model=model, status__in=OPEN_TRIALS).select_related("job").first()


def latest_results_of(model: ScoringModel) -> QuerySet[LabResult]:
    """What was found about exactly the present definition of a version, the newest trial first."""
    results = LabResult.objects.filter(trial__scoring_model=model, model_digest=model.digest)
    return results.select_related("run__scoring_model", "trial").defer("summary").order_by("-trial", "-run__as_of")


def offered_runs() -> QuerySet[ScoreRun]:
    """The finished runs that a trial may take, newest day first."""
    runs = ScoreRun.objects.filter(status=RunStatus.DONE, superseded_by=None).select_related("scoring_model")
    return runs.order_by("-as_of", "-pk")[:OFFERED_RUNS]


def default_runs() -> list[ScoreRun]:
    """The newest run, which is tried when none is named."""
    return list(done_runs()[:1])


def move_of(model: ScoringModel, provider_id: int) -> LabMove | None:
    """What the newest trial of a version's definition found for one provider."""
    moves = LabMove.objects.filter(
        provider_id=provider_id, result__trial__scoring_model=model, result__model_digest=model.digest
    )
    return moves.select_related("result__run").order_by("-result__run__as_of", "-result").first()
