"""Reads about scoring models, score runs and scorecards."""

from datetime import date, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from scoring.capabilities.enums import UNSEEN_MODELS, CardStatus, ModelStatus, RunStatus
from scoring.capabilities.models import Scorecard, ScoreRun, ScoringModel

MODEL_KEY = "five_capabilities"
COMPARE_DAYS = 7


def models_visible_to(user: User | AnonymousUser) -> QuerySet[ScoringModel]:
    """Every version for staff; for others those in force, announced or retired."""
    models = ScoringModel.objects.select_related("created_by", "announced_by", "published_by")
    return models if has_permission(user, "model.view") else models.exclude(status__in=UNSEEN_MODELS)


def comparable_with(model: ScoringModel, user: User | AnonymousUser) -> QuerySet[ScoringModel]:
    """What a version may be compared with: the one in force first, then those of the same model, the newest first."""
    rank = Case(When(status=ModelStatus.PUBLISHED, key=model.key, then=0), When(key=model.key, then=1), default=2)
    others = models_visible_to(user).exclude(pk=model.pk).exclude(status=ModelStatus.DISCARDED)
    return others.order_by(rank, "-created_at", "-pk")


def published_model(key: str = MODEL_KEY) -> ScoringModel | None:
    """The version in force of one model."""
    return ScoringModel.objects.filter(key=key, status=ModelStatus.PUBLISHED).first()


def runs_visible_to(user: User | AnonymousUser) -> QuerySet[ScoreRun]:
    """Every run for those who may view runs, none for others."""
    runs = ScoreRun.objects.select_related("scoring_model", "job", "created_by")
    return runs if has_permission(user, "run.view") else runs.none()


def done_runs(key: str = MODEL_KEY) -> QuerySet[ScoreRun]:
    """Finished runs that nothing has superseded, newest first."""
    return (
        ScoreRun.objects.filter(scoring_model__key=key, status=RunStatus.DONE, superseded_by=None)
        .select_related("scoring_model")
        .order_by("-as_of", "-pk")
    )


def current_run(key: str = MODEL_KEY) -> ScoreRun | None:
    """The run whose scores count now: the newest day of a published or since retired version."""
    return done_runs(key).first()


def current_scorecards(key: str = MODEL_KEY) -> QuerySet[Scorecard]:
    """The scorecards that count now, at most one per provider; empty before the first run."""
    newest = done_runs(key).values("pk")[:1]
    return Scorecard.objects.filter(run_id=Subquery(newest)).select_related("provider")


def current_card_of(provider_id: int) -> Scorecard | None:
    """A provider's present scorecard."""
    return current_scorecards().filter(provider_id=provider_id).select_related("provider", "run__scoring_model").first()


def scorecards_visible_to(user: User | AnonymousUser) -> QuerySet[Scorecard]:
    """Scorecards of finished runs: all for staff, one's own provider's for its members."""
    cards = Scorecard.objects.filter(run__status=RunStatus.DONE).select_related("provider", "run__scoring_model")
    if has_permission(user, "scorecard.view"):
        return cards
    return cards.filter(provider__organisation_id__in=organisation_ids_with(user, "scorecard.view"))


def previous_card_of(card: Scorecard) -> Scorecard | None:
    """The same provider's scorecard in the last earlier day's run."""
    return earlier_cards_of(card).first()


def card_to_compare(card: Scorecard) -> Scorecard | None:
    """The scorecard that a move is told from: a week earlier or more, since a single night moves little; else the
    oldest of the days before."""
    earlier = earlier_cards_of(card)
    week_ago = card.run.as_of - timedelta(days=COMPARE_DAYS)
    return earlier.filter(run__as_of__lte=week_ago).first() or earlier.last()


def earlier_cards_of(card: Scorecard) -> QuerySet[Scorecard]:
    """The same provider's scorecards of earlier days, newest first."""
    return (
        Scorecard.objects.filter(
            provider_id=card.provider_id,
            run__in=done_runs(card.run.scoring_model.key).order_by(),
            run__as_of__lt=card.run.as_of,
        )
        .select_related("run__scoring_model", "provider")
        .order_by("-run__as_of", "-run")
    )


def cards_of(provider_id: int) -> QuerySet[Scorecard]:
    """All scorecards of a provider, newest day first: of every finished run, superseded ones too."""
    return (
        Scorecard.objects.filter(provider_id=provider_id, run__status=RunStatus.DONE)
        .select_related("run__scoring_model", "provider")
        .order_by("-run__as_of", "-run")
    )


def cards_in_time(first: Scorecard, second: Scorecard) -> tuple[Scorecard, Scorecard]:
    """Two scorecards, the one of the earlier day (or of the earlier run of one day) first."""
    earlier, later = sorted((first, second), key=lambda card: (card.run.as_of, card.run_id))
    return earlier, later


def history_of(provider_id: int, *, until: date | None = None, limit: int = 90) -> QuerySet[Scorecard]:
    """A provider's scorecards of runs not superseded, newest day first."""
    newest = (
        ScoreRun.objects.filter(as_of=OuterRef("run__as_of"), status=RunStatus.DONE, superseded_by=None)
        .order_by("-pk")
        .values("pk")[:1]
    )
    day = Q(run__as_of__lte=until) if until else Q()
    return (
        Scorecard.objects.filter(day, provider_id=provider_id, run_id=Subquery(newest))
        .select_related("run")
        .order_by("-run__as_of")[:limit]
    )


def peers_of(card: Scorecard) -> QuerySet[Scorecard]:
    """The assessed scorecards of the same run and peer group, the card itself included."""
    return Scorecard.objects.filter(run_id=card.run_id, peer_group_id=card.peer_group_id, status=CardStatus.ASSESSED)
