"""Reviewers judge the applications of the demo world: mostly alike, now and then a third is asked."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from demo.cast import Cast
from providers.admission.models import Application
from providers.admission.review import selectors, services
from providers.enums import Capability

# What is done with the panel of an application that shows a step of the way: who reviews, and what they recommend.
PANELS: dict[str, dict[str, Any]] = {
    "settled": {},
    "half": {"reviewers": 1},
    "third": {"second": "reject", "reviewers": 2},
    "rejected": {"first": "reject", "second": "reject"},
}
REASONS = {
    "admit": "能力证据充分，团队稳定，建议准予入驻。",
    "return": "部分能力缺少数据，建议补充后再审。",
    "reject": "提交的数据与平台记录不符，不建议入驻。",
}
COMMENT = "依据所附数据与案例评定。"
GAPS = (-1, 0, 0, 0, 0, 1)
WIDE_GAP = 2
WIDE_SHARE = 0.06


def review(
    cast: Cast,
    application: Application,
    *,
    now: datetime,
    first: str = "admit",
    second: str = "admit",
    reviewers: int = 3,
    pace: timedelta = timedelta(hours=3),
) -> None:
    """Two panelists judge what evidence there is, a third one when they differ too much; `reviewers` at most."""
    rng = np.random.default_rng(application.pk)
    shown = set(application.evidence.values_list("capability", flat=True))
    low, high = (0, 2) if first == "reject" else (2, 4)
    levels = {key: int(rng.integers(low, high)) if key in shown else None for key in Capability.values}
    start = int(rng.integers(len(cast.panel)))
    for place in range(reviewers):
        panel = selectors.latest_panel(application)
        if panel is None or not panel.is_open:
            return
        reviewer = cast.panel[(start + place) % len(cast.panel)]
        at = now - pace * (3 - place)
        taken = services.take_review(application_id=application.pk, by=reviewer, now=at - pace / 3)
        wide = place == 1 and rng.random() < WIDE_SHARE
        gaps = {key: 0 if place == 0 else WIDE_GAP if wide else int(rng.choice(GAPS)) for key in levels}
        given = {key: None if level is None else min(4, max(0, level + gaps[key])) for key, level in levels.items()}
        recommendation = second if place == 1 else first
        services.submit_review(
            review_id=taken.pk,
            scores={key: (level, "" if level is None else COMMENT) for key, level in given.items()},
            recommendation=recommendation,
            reasons=REASONS[recommendation],
            by=reviewer,
            now=at,
        )
