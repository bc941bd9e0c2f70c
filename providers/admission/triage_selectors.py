"""Reads about triage."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from providers.admission.enums import OPEN
from providers.admission.models import Application
from providers.admission.triage_models import MitigatingFact, Triage, TriageVerdict
from providers.criteria.enums import CriterionKind, Verdict
from providers.criteria.models import Criterion
from providers.criteria.sentences import say_finding

MAX_FACTS = 5


@dataclass(frozen=True)
class Finding:
    """One criterion of a triage as people read it: the verdict, what it rests on, what the applicant says to it."""

    criterion: Criterion
    verdict: int
    sentence: str
    signals: dict[str, float | None]
    facts: tuple[MitigatingFact, ...]
    may_explain: bool

    @property
    def verdict_name(self) -> str:
        """Pass, human or fail, as a word of the API and of the style sheet."""
        return Verdict(self.verdict).name.lower()

    @property
    def verdict_label(self) -> str:
        return str(Verdict(self.verdict).label)


def triage_of(application: Application) -> Triage | None:
    """The newest triage of `application` with its verdicts, None before the first. Read anew unless the application
    came from `with_newest_triage`."""
    ready: list[Triage] | None = getattr(application, "newest_triages", None)
    if ready is not None:
        return ready[0] if ready else None
    return _with_verdicts().filter(application=application.pk).order_by("-pk").first()


def with_newest_triage(applications: QuerySet[Application]) -> QuerySet[Application]:
    """The newest triage of each ready for `triage_of`."""
    newest = _with_verdicts().order_by("application_id", "-pk").distinct("application_id")
    return applications.prefetch_related(Prefetch("triages", newest, to_attr="newest_triages"))


def _with_verdicts() -> QuerySet[Triage]:
    verdicts = TriageVerdict.objects.select_related("criterion").order_by("criterion__position", "pk")
    return Triage.objects.select_related("criteria_set", "created_by").prefetch_related(Prefetch("verdicts", verdicts))


def with_triage(applications: QuerySet[Application]) -> QuerySet[Application]:
    """Adds `triage_outcome`, the outcome of the newest triage, None before the first; for lists and their filter."""
    return applications.annotate(triage_outcome=newest_outcome())


def newest_outcome() -> Subquery:
    """The outcome of an application's newest triage, as an expression over applications."""
    return Subquery(Triage.objects.filter(application=OuterRef("pk")).order_by("-pk").values("outcome")[:1])


def findings_of(triage: Triage) -> list[Finding]:
    """The verdicts in the order of the criteria, each with its sentence in the viewer's language and its facts."""
    facts: dict[str, list[MitigatingFact]] = defaultdict(list)
    for fact in MitigatingFact.objects.filter(application=triage.application_id).select_related("created_by"):
        facts[fact.criterion_key].append(fact)
    still_open = triage.application.status in OPEN
    return [
        Finding(
            criterion=row.criterion,
            verdict=row.verdict,
            sentence=say_finding(row.criterion, row.signals),
            signals=row.signals,
            facts=tuple(facts[row.criterion.key]),
            may_explain=still_open and needs_facts(row) and len(facts[row.criterion.key]) < MAX_FACTS,
        )
        for row in triage.verdicts.all()
    ]


def needs_facts(row: TriageVerdict) -> bool:
    """Whether the applicant has something to say to this verdict."""
    return row.verdict != Verdict.PASS and row.criterion.kind == CriterionKind.DISCRETIONARY_EXCLUSION


def count_verdicts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many criteria passed, need a human, failed."""
    counts = {verdict.name.lower(): 0 for verdict in Verdict}
    for finding in findings:
        counts[finding.verdict_name] += 1
    return counts
