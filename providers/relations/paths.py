"""The path of a link in words: whole for staff; for the applicant only what concerns itself."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from providers.relations.enums import Reason
from providers.relations.link_models import Link
from providers.relations.models import Party
from providers.relations.selectors import names_of

NOTES: dict[str, str | Promise] = {
    "hub": _("shared by many"),
    "same_city": _("same city"),
    "same_region": _("same region"),
    "unknown": _("place not known"),
    "elsewhere": _("another region"),
}


@dataclass(frozen=True)
class Ground:
    """One reason: its code, what it is called, the masked value, what it says."""

    code: str
    label: str | Promise
    masked: str
    strength: float
    ended: bool
    note: str | Promise


@dataclass(frozen=True)
class PathStep:
    """From one party to the next."""

    one: Party
    other: Party
    strength: float
    grounds: tuple[Ground, ...]


def read_paths(links: list[Link]) -> dict[int, list[PathStep]]:
    """The paths of several links by their ids, with one read of the parties."""
    parties = names_of({pk for link in links for step in link.path for pk in (step["from"], step["to"])})
    return {
        link.pk: [
            PathStep(
                one=parties[step["from"]],
                other=parties[step["to"]],
                strength=step["strength"],
                grounds=tuple(_read(reason) for reason in step["reasons"]),
            )
            for step in link.path
        ]
        for link in links
    }


def own_grounds(link: Link) -> list[Ground]:
    """What of its own an applicant shares: the reasons of the first step, without anything of the other party."""
    grounds = [_read(reason) for reason in link.path[0]["reasons"]]
    return [
        Ground(ground.code, ground.label, "" if ground.code == Reason.SIMILAR_NAME else ground.masked, 0.0, False, "")
        for ground in grounds
    ]


def is_direct(link: Link) -> bool:
    """Whether the applicant itself shares something with the other party, with no company in between."""
    return len(link.path) == 1


def _read(reason: dict[str, object]) -> Ground:
    code = str(reason["code"])
    return Ground(
        code=code,
        label=Reason(code).label,
        masked=str(reason["masked"]),
        strength=float(str(reason["strength"])),
        ended=bool(reason["ended"]),
        note=NOTES.get(str(reason["note"]), ""),
    )
