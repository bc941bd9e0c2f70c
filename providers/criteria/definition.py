"""Criteria sets as TOML: read with the path of every fault, written in one form, identified by digest."""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput
from common.refusals import refuse
from engine.errors import EngineError
from engine.model_toml import build, field_lines, literal
from providers.criteria.enums import Moment
from providers.criteria.models import CriteriaSet, Criterion

DEFAULT_SET = Path(__file__).with_name("default.toml")
MAX_BYTES = 200_000


@dataclass(frozen=True)
class Words:
    """One text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class CriterionText:
    """One criterion as its file has it; the meaning of each field stands at `Criterion`."""

    key: str
    kind: str
    title: Words
    text: Words
    remedy: Words
    pass_when: str
    fail_when: str = ""
    moments: tuple[str, ...] = (Moment.DOOR, Moment.NIGHT)
    measure: str = ""
    limit: float | None = None
    direction: str = ""

    def to_row(self, *, position: int) -> Criterion:
        """The unsaved row of no set yet."""
        return Criterion(
            key=self.key,
            position=position,
            kind=self.kind,
            title_zh=self.title.zh,
            title_en=self.title.en,
            text_zh=self.text.zh,
            text_en=self.text.en,
            remedy_zh=self.remedy.zh,
            remedy_en=self.remedy.en,
            at_door=Moment.DOOR in self.moments,
            at_night=Moment.NIGHT in self.moments,
            pass_when=self.pass_when,
            fail_when=self.fail_when,
            measure=self.measure,
            limit=self.limit,
            direction=self.direction,
        )


@dataclass(frozen=True)
class SetText:
    """A whole set as its file has it."""

    title: Words
    criteria: tuple[CriterionText, ...] = ()


def read_definition(toml_text: str) -> SetText:
    """The set in `toml_text`: known fields of the right kind. Raises InvalidInput (field `definition`) with the path of
    the first fault; whether formulas and values make sense is for `policies.check_criterion`."""
    if len(toml_text.encode()) > MAX_BYTES:
        raise InvalidInput(_("The file is too large."), field="definition", remedy=_("Shorten its texts."))
    try:
        data = tomllib.loads(toml_text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidInput(
            _("The text is not valid TOML: %(reason)s.") % {"reason": error},
            field="definition",
            remedy=_("Mend the line it names."),
        ) from error
    try:
        found: SetText = build(SetText, data, "")
    except EngineError as error:
        raise refuse(error, field="definition") from error
    return found


def text_of(criterion: Criterion) -> CriterionText:
    """The criterion as its file would have it."""
    judged = ((Moment.DOOR, criterion.at_door), (Moment.NIGHT, criterion.at_night))
    return CriterionText(
        key=criterion.key,
        kind=criterion.kind,
        title=Words(criterion.title_zh, criterion.title_en),
        text=Words(criterion.text_zh, criterion.text_en),
        remedy=Words(criterion.remedy_zh, criterion.remedy_en),
        pass_when=criterion.pass_when,
        fail_when=criterion.fail_when,
        moments=tuple(str(moment) for moment, counts in judged if counts),
        measure=criterion.measure,
        limit=criterion.limit,
        direction=criterion.direction,
    )


def set_text_of(criteria_set: CriteriaSet, criteria: Iterable[Criterion]) -> SetText:
    """The set as its file would have it; `criteria` in their order."""
    return SetText(Words(criteria_set.title_zh, criteria_set.title_en), tuple(text_of(row) for row in criteria))


def dump_definition(text: SetText) -> str:
    """Canonical TOML; `read_definition` gives an equal text back."""
    return "\n".join(_lines(text)) + "\n"


def digest_of(text: SetText) -> str:
    """SHA-256 (hex) of the canonical form: what a dry run and a publication name."""
    return hashlib.sha256(dump_definition(text).encode()).hexdigest()


def changed_fields(before: CriterionText, after: CriterionText) -> list[str]:
    """The names of the fields in which two criteria differ."""
    return [item.name for item in fields(before) if getattr(before, item.name) != getattr(after, item.name)]


def _lines(text: SetText) -> Iterator[str]:
    yield f"title = {literal(text.title)}"
    for criterion in text.criteria:
        yield from ("", "[[criteria]]", *field_lines(criterion))
