"""Words of the criteria: states of a set, kinds, moments, directions, verdicts and outcomes."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SetStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class CriterionKind(models.TextChoices):
    """What a failure means: an exclusion without and with room for mitigating facts, a limit, a paper, the people."""

    MANDATORY_EXCLUSION = "mandatory_exclusion", _("Mandatory exclusion")
    DISCRETIONARY_EXCLUSION = "discretionary_exclusion", _("Discretionary exclusion")
    THRESHOLD = "threshold", _("Threshold")
    DOCUMENT = "document", _("Document")
    PEOPLE = "people", _("People")


class Moment(models.TextChoices):
    """When criteria are judged."""

    DOOR = "door", _("At the door")
    NIGHT = "night", _("Every night")


class Direction(models.TextChoices):
    """On which side of its limit a measure should be."""

    AT_MOST = "at_most", _("At most")
    AT_LEAST = "at_least", _("At least")


class Verdict(models.IntegerChoices):
    """About one criterion; the worst one makes the outcome, so their order matters."""

    PASS = 0, pgettext_lazy("verdict", "Pass")
    HUMAN = 1, pgettext_lazy("verdict", "Needs a human")
    FAIL = 2, pgettext_lazy("verdict", "Fail")


class Outcome(models.TextChoices):
    """About one provider on the whole set, in the order of `Verdict`."""

    DEFINITE_PASS = "definite_pass", _("Definite pass")
    HUMAN = "human", _("Needs a human")
    DEFINITE_FAIL = "definite_fail", _("Definite fail")


OUTCOME_OF = dict(zip(Verdict.values, Outcome, strict=True))
