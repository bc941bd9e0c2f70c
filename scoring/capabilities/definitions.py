"""Reading and writing the definition of a version: what several services share."""

import re

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict
from common.refusals import refuse
from engine.errors import EngineError
from engine.model import ScoringModel as Rule
from engine.model_checks import model_faults
from engine.model_toml import dump_model, load_model, model_digest
from scoring.capabilities import policies
from scoring.capabilities.enums import ModelStatus
from scoring.capabilities.models import ScoringModel
from scoring.capabilities.subjects import check_attributes

LAST_NUMBER = re.compile(r"(\d+)(?!.*\d)")


def read_definition(definition: str) -> Rule:
    """The checked model in a TOML text; raises InvalidInput with the path of the first fault."""
    try:
        rule = load_model(definition)
    except EngineError as error:
        raise refuse(error, field="definition") from error
    policies.check_fits_portal(rule)
    check_attributes(rule)
    return rule


def check_whole(rule: Rule) -> None:
    """Raise InvalidInput for the first open fault of a draft."""
    for error in model_faults(rule):
        raise refuse(error, field="definition")


def put_definition(model: ScoringModel, rule: Rule) -> None:
    """Write the rule's text, digest and names into the row; raises Conflict when its version exists."""
    if versions_of(rule.key).filter(model_version=rule.version).exclude(pk=model.pk).exists():
        raise Conflict(
            _("Version %(version)s of this model exists already.") % {"version": rule.version},
            field="definition",
            remedy=_("Give the new version another number."),
            code="version_exists",
        )
    model.key, model.model_version = rule.key, rule.version
    model.name_zh, model.name_en = rule.label.zh, rule.label.en
    model.definition, model.digest = dump_model(rule), model_digest(rule)
    if model.tried_digest != model.digest:
        model.tried_digest, model.affected_count, model.affected_total = "", None, None
    model.__dict__.pop("rule", None)


def next_version(key: str, version: str) -> str:
    """The first free version name after `version`: its last number counted up, as 2026.2 after 2026.1."""
    taken = set(versions_of(key).values_list("model_version", flat=True))
    name = version
    while name in taken:
        found = LAST_NUMBER.search(name)
        name = name[: found.start()] + str(int(found.group()) + 1) + name[found.end() :] if found else f"{name}.2"
    return name


def versions_of(key: str) -> QuerySet[ScoringModel]:
    """The versions of one model whose names are taken."""
    return ScoringModel.objects.filter(key=key).exclude(status=ModelStatus.DISCARDED)
