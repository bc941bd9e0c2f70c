"""Import profiles: TOML files that say how a source's own columns become fact columns.

Expressions are of the PROFILE language (`engine.formulas`); every source column is text to them.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput
from common.refusals import refuse
from engine.columns import FACT_COLUMN_NAMES, KEY_COLUMNS
from engine.errors import EngineError
from engine.formulas import PROFILE, Formula, parse_formula
from scoring.facts.refusals import Refusal

FOLDER = Path(__file__).parent / "profiles"
TARGETS = (*KEY_COLUMNS, *FACT_COLUMN_NAMES)
DAY_FORMATS = ("%Y-%m-%d", "%Y-%m-%d 00:00:00", "%Y-%m-%dT00:00:00")
KEYS: dict[str, type] = {
    "name": str,
    "title_zh": str,
    "title_en": str,
    "source": str,
    "same_names": bool,
    "missing": str,
    "may_be_empty": list,
    "aggregate": bool,
    "unique": str,
    "day_formats": list,
    "source_columns": list,
    "ignore": list,
    "columns": dict,
}


@dataclass(frozen=True)
class Profile:
    """How one source is read. `digest` pins its text.

    `same_names`: the source uses the names of the fact columns. `missing`: "refuse" or "zero" for a counter that the
    source does not give. `unique`: the source column whose repeats are left out, first kept. `aggregate`: rows finer
    than a day are summed. `may_be_empty`: keys that need no value.
    """

    name: str
    title_zh: str
    title_en: str
    source: str
    digest: str
    same_names: bool = False
    missing: str = "refuse"
    may_be_empty: tuple[str, ...] = ("trader",)
    aggregate: bool = False
    unique: str = ""
    day_formats: tuple[str, ...] = DAY_FORMATS
    source_columns: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    columns: Mapping[str, Formula] = field(default_factory=dict)

    @property
    def zero_when_missing(self) -> bool:
        return self.missing == "zero"

    def map_columns(self, header: Iterable[str]) -> dict[str, Formula]:
        """Target column to formula over the columns of `header`, in the order of TARGETS; targets that stay 0 or empty
        are left out. Refuses a header that the profile does not fit (`missing_column`, `unknown_column`)."""
        present = tuple(header)
        given = [*TARGETS, *([self.unique] if self.unique else [])] if self.same_names else list(self.source_columns)
        unknown = [name for name in present if name not in given and name not in self.ignore]
        if unknown:
            raise Refusal("unknown_column", columns=", ".join(unknown[:20]))
        optional = set(self.may_be_empty) | set(FACT_COLUMN_NAMES) if self.zero_when_missing else set()
        absent = [name for name in given if name not in present and not (self.same_names and name in optional)]
        if absent:
            raise Refusal("missing_column", columns=", ".join(absent))
        if self.same_names:
            return {name: parse_formula(f'"{name}"', present, language=PROFILE) for name in TARGETS if name in present}
        return {name: self.columns[name] for name in TARGETS if name in self.columns}


def names() -> list[str]:
    """The shipped profiles, the standard one first."""
    found = sorted(path.stem for path in FOLDER.glob("*.toml"))
    return sorted(found, key=lambda name: name != "standard")


def shipped() -> list[Profile]:
    """Every shipped profile."""
    return [load_profile(name) for name in names()]


@cache
def load_profile(name: str) -> Profile:
    """The shipped profile `name`; InvalidInput when there is none."""
    if name not in names():
        raise InvalidInput(
            _("There is no profile “%(name)s”.") % {"name": name},
            field="profile",
            remedy=_("Choose one of: %(names)s.") % {"names": ", ".join(names())},
            code="unknown_profile",
        )
    return read_profile((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def load_profile_file(path: Path) -> Profile:
    """A profile of the operator's own; InvalidInput names the entry at fault."""
    try:
        return read_profile(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong("profile", _("The file cannot be read: %(reason)s") % {"reason": error}) from error


def read_profile(text: str) -> Profile:
    """A profile from its TOML text, checked: known keys, types, targets, and every expression."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong("profile", _("The text is not TOML: %(reason)s") % {"reason": error}) from error
    _check_keys(data)
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    values["columns"] = _read_expressions(data)
    profile = Profile(**values, digest=hashlib.sha256(text.encode()).hexdigest())
    _check_whole(profile)
    return profile


def _check_keys(data: dict[str, Any]) -> None:
    for key, value in data.items():
        if key not in KEYS:
            raise _wrong(key, _("The entry is not known."))
        if not isinstance(value, KEYS[key]):
            raise _wrong(key, _("The entry has the wrong type."))
        if isinstance(value, list) and not all(isinstance(item, str) and item for item in value):
            raise _wrong(key, _("The list may hold texts only."))
    for key in ("name", "title_zh", "title_en", "source"):
        if not 0 < len(data.get(key, "").strip()) <= 40 and key in ("name", "source"):
            raise _wrong(key, _("The entry is missing or longer than 40 characters."))
        if key not in data:
            raise _wrong(key, _("The entry is missing."))


def _read_expressions(data: dict[str, Any]) -> dict[str, Formula]:
    formulas = {}
    for target, text in data.get("columns", {}).items():
        where = f"columns.{target}"
        if target not in TARGETS:
            raise _wrong(where, _("There is no fact column of this name."))
        if not isinstance(text, str):
            raise _wrong(where, _("The entry has the wrong type."))
        try:
            formulas[target] = parse_formula(text, data.get("source_columns", []), language=PROFILE)
        except EngineError as error:
            raise refuse(error.at(where), field="profile") from error
    return formulas


def _check_whole(profile: Profile) -> None:
    if profile.missing not in ("refuse", "zero"):
        raise _wrong("missing", _("The entry must be “refuse” or “zero”."))
    if not set(profile.may_be_empty) <= {"merchant", "trader"}:
        raise _wrong("may_be_empty", _("Only merchant and trader may be empty."))
    if profile.same_names:
        if profile.columns or profile.source_columns:
            raise _wrong("same_names", _("A profile has the same names, or expressions, not both."))
        return
    if profile.unique and profile.unique not in profile.source_columns:
        raise _wrong("unique", _("The entry must be one of source_columns."))
    needed = {"provider", "day"} | ({"merchant", "trader"} - set(profile.may_be_empty))
    if not profile.zero_when_missing:
        needed |= set(FACT_COLUMN_NAMES)
    absent = [name for name in TARGETS if name in needed and name not in profile.columns]
    if absent:
        raise _wrong("columns", _("There is no expression for %(columns)s.") % {"columns": ", ".join(absent)})
    for target, formula in profile.columns.items():
        allowed = _kinds_of(target)
        if formula.kind not in allowed:
            raise _wrong(
                f"columns.{target}",
                _("The expression gives a %(kind)s.") % {"kind": formula.kind},
            )


def _kinds_of(target: str) -> tuple[str, ...]:
    if target == "day":
        return ("text", "day", "time")
    return ("text",) if target in KEY_COLUMNS else ("text", "number")


def _wrong(field: str, message: Any) -> InvalidInput:
    return InvalidInput(
        _("Profile, %(field)s: %(message)s") % {"field": field, "message": message},
        field="profile",
        remedy=_("docs/facts.md describes what a profile holds."),
        code="invalid_profile",
    )
