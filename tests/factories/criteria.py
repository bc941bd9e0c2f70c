"""Criteria sets for tests, made through the services."""

from typing import Any

from accounts.models import User
from accounts.roles import Role
from providers.conduct.dry_run_services import run_dry_run
from providers.criteria.models import CriteriaSet
from providers.criteria.selectors import published_set
from providers.criteria.services import create_draft, load_first_set, publish_set
from tests.factories.accounts import make_staff

TEAM = """
title = { zh = "条件", en = "Criteria" }

[[criteria]]
key = "team"
kind = "people"
title = { zh = "团队", en = "Team" }
text = { zh = "至少两名操盘手。", en = "At least two traders." }
remedy = { zh = "登记操盘手。", en = "Register traders." }
pass_when = "traders_active >= 2"
fail_when = "traders_active = 0"
measure = "traders_active"
limit = 2.0
direction = "at_least"
"""
REFUNDS = """
[[criteria]]
key = "refunds"
kind = "discretionary_exclusion"
title = { zh = "退款", en = "Refunds" }
text = { zh = "退款率不超过30%。", en = "At most 30 % are refunded." }
remedy = { zh = "说明原因。", en = "Say why." }
pass_when = "refund_rate_90d <= 0.3"
fail_when = "refund_rate_90d > 0.4"
"""


def make_published_set(definition: str = TEAM) -> CriteriaSet:
    """The first set in force, or the next one after it."""
    if published_set() is None:
        return load_first_set(definition=definition)
    draft = make_draft(definition)
    run_dry_run(criteria_set_id=draft.pk, by=make_staff())
    return publish_set(criteria_set_id=draft.pk, by=make_staff(Role.ADMINISTRATOR), note="Asked for.")


def make_draft(definition: str | None = TEAM, *, by: User | None = None) -> CriteriaSet:
    """A draft of `by`, else of a new reviewer."""
    return create_draft(by=by or make_staff(), definition=definition)


def criterion_content(**fields: Any) -> dict[str, Any]:
    """What `put_criterion` takes for a sound criterion."""
    return {
        "kind": "threshold",
        "title_zh": "投诉",
        "title_en": "Complaints",
        "text_zh": "投诉率不超过1%。",
        "text_en": "At most 1 % complain.",
        "remedy_zh": "改进服务。",
        "remedy_en": "Improve the service.",
        "pass_when": "complaint_rate_90d <= 0.01",
        "fail_when": "complaint_rate_90d > 0.02",
        "measure": "complaint_rate_90d",
        "limit": 0.01,
        "direction": "at_most",
    } | fields
