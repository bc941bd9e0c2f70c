"""Roles to permissions, in code: one literal table that the whole portal reads.

A permission held through the platform reaches every object; one held through a provider or a merchant reaches only what
belongs to that organisation.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    PLATFORM = "platform", _("Platform")
    PROVIDER = "provider", _("Provider")
    MERCHANT = "merchant", _("Merchant")


class Role(models.TextChoices):
    ADMISSION_REVIEWER = "admission_reviewer", _("Admission reviewer")
    SCORING_ANALYST = "scoring_analyst", _("Scoring analyst")
    RACE_STEWARD = "race_steward", _("Race steward")
    PROGRAMME_MANAGER = "programme_manager", _("Programme manager")
    CONDUCT_OFFICER = "conduct_officer", _("Conduct officer")
    APPEALS_OFFICER = "appeals_officer", _("Appeals officer")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")
    PROVIDER_OWNER = "provider_owner", _("Provider owner")
    PROVIDER_MANAGER = "provider_manager", _("Provider manager")
    PROVIDER_TRADER = "provider_trader", _("Trader")
    MERCHANT_OWNER = "merchant_owner", _("Merchant owner")
    MERCHANT_OPERATOR = "merchant_operator", _("Merchant operator")


ROLES_OF_KIND: dict[str, tuple[Role, ...]] = {
    OrganisationKind.PLATFORM: (
        Role.ADMISSION_REVIEWER,
        Role.SCORING_ANALYST,
        Role.RACE_STEWARD,
        Role.PROGRAMME_MANAGER,
        Role.CONDUCT_OFFICER,
        Role.APPEALS_OFFICER,
        Role.AUDITOR,
        Role.ADMINISTRATOR,
    ),
    OrganisationKind.PROVIDER: (Role.PROVIDER_OWNER, Role.PROVIDER_MANAGER, Role.PROVIDER_TRADER),
    OrganisationKind.MERCHANT: (Role.MERCHANT_OWNER, Role.MERCHANT_OPERATOR),
}

_READ_EVERYTHING = frozenset(
    {
        "provider.view",
        "application.view",
        "window.view",
        "criteria.view",
        "review.view",
        "trader.view",
        "link.view",
        "barred.view",
        "probation.view",
        "watch.view",
        "fact.view",
        "model.view",
        "run.view",
        "scorecard.view",
        "adjustment.view",
        "related.view",
        "season.view",
        "merchant.view",
        "request.view",
        "match.view",
        "round.view",
        "invitation.view",
        "engagement.view",
        "job.view",
    }
)
# Papers of companies and claims about them: for those who decide about providers and those who check the deciders.
_READ_CONDUCT = _READ_EVERYTHING | {"document.view", "false_claim.view", "dispute.view", "objection.view"}

_PROVIDER_READ = frozenset(
    {
        "provider.view",
        "application.view",
        "trader.view",
        "link.view",
        "probation.view",
        "watch.view",
        "fact.view",
        "scorecard.view",
        "adjustment.view",
        "dispute.view",
        "objection.view",
        "related.view",
        "invitation.view",
        "engagement.view",
    }
)
_PROVIDER_MANAGE = _PROVIDER_READ | {
    "application.edit",
    "application.submit",
    "application.withdraw",
    "application.answer",
    "document.view",
    "document.upload",
    "identifier.edit",
    "link.contest",
    "dispute.open",
    "dispute.withdraw",
    "season.comment",
    "objection.open",
    "objection.withdraw",
    "watch.propose",
    "trader.edit",
    "invitation.accept",
    "invitation.decline",
    "engagement.staff",
    "engagement.pause",
}
_MERCHANT_WORK = frozenset(
    {
        "merchant.view",
        "request.view",
        "request.edit",
        "request.submit",
        "request.cancel",
        "match.view",
        "match.shortlist",
        "match.invite",
        "invitation.view",
        "invitation.withdraw",
        "engagement.view",
    }
)

ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    Role.ADMISSION_REVIEWER: _READ_CONDUCT
    | {
        "application.triage",
        "application.return",
        "application.admit",
        "application.reject",
        "application.uphold",
        "application.reconsider",
        "agreement.view",
        "criteria.edit",
        "document.decide",
        "link.decide",
        "probation.propose",
        "probation.judge",
        "probation.decide",
        "provider.complete_probation",
        "review.submit",
        "trader.verify",
        "trader.certify",
    },
    Role.SCORING_ANALYST: _READ_EVERYTHING
    | {
        "fact.import",
        "adjustment.enter",
        "related.edit",
        "dispute.view",
        "dispute.decide",
        "model.edit",
        "model.publish",
        "model.retire",
        "run.start",
        "run.cancel",
        "job.cancel",
    },
    Role.RACE_STEWARD: _READ_EVERYTHING
    | {"season.edit", "season.advance", "season.answer", "season.settle", "standing.compute", "objection.view"},
    Role.PROGRAMME_MANAGER: _READ_EVERYTHING
    | {
        "match.manage",
        "match.shortlist",
        "match.invite",
        "round.run",
        "invitation.withdraw",
        "probation.mentor",
        "window.edit",
        "window.advance",
    },
    Role.CONDUCT_OFFICER: _READ_CONDUCT
    | {
        "provider.suspend",
        "provider.reinstate",
        "provider.clear_out",
        "board.ban",
        "board.lift_ban",
        "probation.fail",
        "watch.notify",
        "trader.release",
        "link.decide",
        "barred.edit",
        "identifier.import",
        "false_claim.decide",
        "adjustment.enter",
        "related.edit",
    },
    Role.APPEALS_OFFICER: _READ_CONDUCT | {"dispute.decide", "objection.decide", "board.lift_ban"},
    Role.AUDITOR: _READ_CONDUCT | {"audit.view", "agreement.view", "leniency.view"},
    Role.ADMINISTRATOR: _READ_CONDUCT
    | {
        "audit.view",
        "user.manage",
        "provider.register",
        "merchant.register",
        "window.edit",
        "window.advance",
        "criteria.edit",
        "criteria.publish",
        "document.configure",
        "barred.edit",
        "identifier.import",
        "agreement.view",
        "leniency.view",
        "review.assign",
        "rubric.publish",
        "fact.import",
        "job.cancel",
    },
    Role.PROVIDER_OWNER: _PROVIDER_MANAGE
    | {"provider.edit", "provider.invite_member", "engagement.terminate", "probation.sign"},
    Role.PROVIDER_MANAGER: _PROVIDER_MANAGE,
    Role.PROVIDER_TRADER: _PROVIDER_READ,
    Role.MERCHANT_OWNER: _MERCHANT_WORK
    | {"merchant.edit", "engagement.pause", "engagement.complete", "engagement.terminate"},
    Role.MERCHANT_OPERATOR: _MERCHANT_WORK,
}

ALL_PERMISSIONS = frozenset().union(*ROLE_PERMISSIONS.values())
