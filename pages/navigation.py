"""What stands in the side navigation of each audience. A room's page appears when its address exists and the viewer may
open it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import OrganisationKind


@dataclass(frozen=True)
class Item:
    """One entry: `url_name` within the audience's pages, the permission to open it, a Tabler icon."""

    url_name: str
    label: str | Promise
    permission: str
    icon: str


@dataclass(frozen=True)
class Section:
    """Entries that belong together; the first section of an audience has no label."""

    label: str | Promise
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Link:
    """An entry as the template draws it."""

    label: str | Promise
    icon: str
    url: str
    active: bool


@dataclass(frozen=True)
class LinkGroup:
    label: str | Promise
    links: tuple[Link, ...]


NAVIGATION: dict[str, tuple[Section, ...]] = {
    OrganisationKind.PLATFORM: (
        Section("", (Item("staff:today", _("Today"), "provider.view", "home"),)),
        Section(
            _("Strict access"),
            (
                Item("staff:application_queue", _("Applications"), "application.view", "inbox"),
                Item("staff:review_list", _("My reviews"), "review.submit", "writing"),
                Item("staff:link_list", _("Relations"), "barred.view", "link"),
                Item("staff:document_list", _("Documents"), "document.view", "file-certificate"),
                Item("staff:provider_list", _("Providers"), "provider.view", "building"),
                Item("staff:trader_list", _("Traders"), "trader.view", "user-star"),
                Item("staff:probation_list", _("Probations"), "probation.view", "hourglass"),
                Item("staff:watch_list", _("Watch list"), "watch.view", "eye"),
                Item("staff:night_list", pgettext_lazy("judgement", "Nights"), "watch.view", "moon"),
                Item("staff:false_claim_list", _("False claims"), "false_claim.view", "message-report"),
            ),
        ),
        Section(
            _("Rules of admission"),
            (
                Item("staff:window_list", _("Admission windows"), "window.view", "calendar-time"),
                Item("staff:criteria_set_list", _("Criteria"), "criteria.view", "gavel"),
                Item("staff:rubric", _("Rubric"), "review.view", "list-details"),
                Item("staff:agreement", _("Agreement"), "agreement.view", "scale"),
            ),
        ),
        Section(
            _("Five capabilities"),
            (
                Item("staff:fact_batch_list", _("Facts"), "fact.view", "database-import"),
                Item("staff:dispute_list", _("Disputes"), "dispute.view", "message-report"),
                Item("staff:adjustment_list", _("Corrections"), "adjustment.view", "adjustments-horizontal"),
                Item("staff:related_list", _("Related merchants"), "related.view", "affiliate"),
                Item("staff:scoring_model_list", _("Scoring models"), "model.view", "math-function"),
                Item("staff:score_run_list", _("Score runs"), "run.view", "calculator"),
                Item("staff:season_list", _("Seasons"), "season.view", "trophy"),
                Item("staff:objection_list", _("Objections"), "objection.view", "message-report"),
                Item("staff:ban_list", _("Bans from the boards"), "season.view", "eye-off"),
            ),
        ),
        Section(
            _("Merchants"),
            (
                Item("staff:match_desk", _("Match desk"), "match.view", "arrows-exchange"),
                Item("staff:match_round_list", _("Match rounds"), "round.view", "arrows-shuffle"),
                Item("staff:engagement_list", _("Engagements"), "engagement.view", "heart-handshake"),
                Item("staff:merchant_list", _("Merchants"), "merchant.view", "building-store"),
            ),
        ),
        Section(_("Oversight"), (Item("staff:audit_log", _("Audit log"), "audit.view", "history"),)),
    ),
    OrganisationKind.PROVIDER: (
        Section(
            "",
            (
                Item("provider:home", _("Home"), "provider.view", "home"),
                Item("provider:application", _("Application"), "application.view", "clipboard-check"),
                Item("provider:document_list", _("Documents"), "document.view", "file-certificate"),
                Item("provider:identity", _("Company identity"), "application.view", "id"),
                Item("provider:probation", _("Probation"), "probation.view", "hourglass"),
                Item("provider:watch", _("Watch list"), "watch.view", "eye"),
                Item("provider:scorecard", _("Scorecard"), "scorecard.view", "chart-radar"),
                Item("provider:fact_list", _("Facts"), "fact.view", "table"),
                Item("provider:dispute_list", _("Disputes"), "dispute.view", "message-report"),
                Item("provider:race", _("Race"), "scorecard.view", "trophy"),
            ),
        ),
        Section(
            _("Work"),
            (
                Item("provider:invitation_list", _("Invitations"), "invitation.view", "mail"),
                Item("provider:engagement_list", _("Engagements"), "engagement.view", "heart-handshake"),
                Item("provider:trader_list", _("Traders"), "trader.view", "user-star"),
            ),
        ),
    ),
    OrganisationKind.MERCHANT: (
        Section(
            "",
            (
                Item("merchant:home", _("Home"), "merchant.view", "home"),
                Item("merchant:request_list", _("Help requests"), "request.view", "help-circle"),
                Item("merchant:engagement_list", _("Engagements"), "engagement.view", "heart-handshake"),
                Item("merchant:shop_edit", _("Shop"), "merchant.edit", "building-store"),
            ),
        ),
    ),
}


def build_navigation(audience: str, may: Callable[[str], bool], path: str) -> list[LinkGroup]:
    """The groups that `may(permission)` opens, with the entry that `path` belongs to marked."""
    sections = []
    for section in NAVIGATION.get(audience, ()):
        found = [(item, find_url(item)) for item in section.items if may(item.permission)]
        sections.append((section.label, [(item, url) for item, url in found if url]))
    urls = [url for _label, found in sections for _item, url in found]
    active = _find_active(urls, path)
    return [
        LinkGroup(label, tuple(Link(item.label, item.icon, url, url == active) for item, url in found))
        for label, found in sections
        if found
    ]


def find_url(item: Item) -> str:
    """The entry's address, empty while its room has no such page."""
    try:
        return reverse(f"pages:{item.url_name}")
    except NoReverseMatch:
        return ""


def _find_active(urls: list[str], path: str) -> str:
    homes = {url for url in urls if any(other != url and other.startswith(url) for other in urls)}
    under = [url for url in urls if path == url or (url not in homes and path.startswith(url))]
    return max(under, key=len, default="")
