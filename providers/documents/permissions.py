"""May this person do that with this document?"""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.exceptions import NotPermitted
from common.states import ActionOffer, Transition
from providers.documents.models import Document
from providers.documents.states import DOCUMENT, PORTAL
from providers.registry.models import Provider
from providers.registry.permissions import check_unbiased

REVIEW = ("accept", "ask_revision")


def check_act(user: User | AnonymousUser, document: Document, row: Transition) -> None:
    """Whether `user` may take the step `row`; reviewers never on a company of their own. Raises NotPermitted."""
    if row.permission == PORTAL:
        raise NotPermitted(_("Only the clock takes this step."), remedy=_("Nothing needs to be done."))
    check_permission(user, row.permission, organisation_id=document.provider.organisation_id)
    if row.action in REVIEW:
        check_unbiased(user, document.provider)


def check_upload(user: User | AnonymousUser, provider: Provider) -> None:
    """Whether `user` may send documents of `provider`; raises NotPermitted."""
    check_permission(user, "document.upload", organisation_id=provider.organisation_id)


def check_view(user: User | AnonymousUser, provider: Provider) -> None:
    """Whether `user` may see documents of `provider`; raises NotPermitted."""
    check_permission(user, "document.view", organisation_id=provider.organisation_id)


def check_configure(user: User | AnonymousUser) -> None:
    """Whether `user` may change what the types need; raises NotPermitted."""
    check_permission(user, "document.configure")


def offer_review(user: User | AnonymousUser, document: Document) -> list[ActionOffer]:
    """The steps of the reviewer in the document's present state."""
    offers = DOCUMENT.offer_actions(document, lambda row: check_act(user, document, row))
    return [offer for offer in offers if offer.action in REVIEW]
