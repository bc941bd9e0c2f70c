"""Writes about the rubric: publish a version. None is ever changed."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import record
from common.exceptions import Conflict, InvalidInput
from providers.admission.review import policies
from providers.admission.review.rubric_models import Rubric, RubricLevel
from providers.enums import Capability

SHIPPED = Path(__file__).with_name("rubric_default.toml")

Anchors = Mapping[str, Sequence[tuple[str, str]]]


@transaction.atomic
def ensure_rubric(*, now: datetime | None = None) -> Rubric:
    """The newest version; in a portal that has none the one that is shipped, which becomes version 1."""
    newest = Rubric.objects.order_by("-number").first()
    if newest is not None:
        return newest
    shipped = tomllib.loads(SHIPPED.read_text())
    # Race: two first submissions at once. The second waits for the unique number and takes what the first one made.
    rubric, made = Rubric.objects.get_or_create(
        number=1, defaults={"margin": shipped["margin"], "created_at": now or timezone.now(), "created_by": None}
    )
    if made:
        _write_levels(
            rubric, {key: list(zip(shipped[key]["zh"], shipped[key]["en"], strict=True)) for key in Capability}
        )
        record("rubric.publish", rubric, by=None, now=now)
    return rubric


@transaction.atomic
def publish_rubric(
    *, anchors: Anchors, margin: int, note: str, by: User, version: int | None = None, now: datetime | None = None
) -> Rubric:
    """Publish the next version, for panels opened from now on; `version` is the newest number that the sender saw.

    `anchors` gives for each capability the texts of levels 0 to 4 as (Chinese, English). Raises InvalidInput, Conflict,
    NotPermitted.
    """
    now = now or timezone.now()
    check_permission(by, "rubric.publish")
    policies.check_anchors(anchors, margin)
    if not note.strip():
        raise InvalidInput(_("Say what changed."), field="note", remedy=_("One sentence for the reviewers is enough."))
    ensure_rubric(now=now)
    Rubric.objects.select_for_update().get(number=1)  # one publication at a time
    newest = Rubric.objects.aggregate(newest=Max("number"))["newest"]
    if version is not None and version != newest:
        raise Conflict(
            _("Version %(number)s was published since you opened the form.") % {"number": newest},
            field="version",
            remedy=_("Begin again from the newest version."),
        )
    rubric = Rubric(number=newest + 1, margin=margin, note=note.strip(), created_at=now, created_by=by)
    rubric.full_clean()
    rubric.save()
    _write_levels(rubric, anchors)
    record("rubric.publish", rubric, by=by, note=note.strip(), now=now, changes={"margin": margin})
    return rubric


def _write_levels(rubric: Rubric, anchors: Anchors) -> None:
    levels = [
        RubricLevel(rubric=rubric, capability=capability, level=level, text_zh=zh.strip(), text_en=en.strip())
        for capability, texts in anchors.items()
        for level, (zh, en) in enumerate(texts)
    ]
    for level in levels:
        level.clean_fields(exclude=["rubric"])
    RubricLevel.objects.bulk_create(levels)
