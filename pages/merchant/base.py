"""What the pages of a merchant share."""

from django.utils.functional import cached_property

from common.exceptions import NotFound
from merchants.registry import selectors
from merchants.registry.models import Merchant
from pages.base import MerchantPage


class OwnMerchantPage(MerchantPage):
    """A page about the shop that the viewer works for now."""

    @cached_property
    def merchant(self) -> Merchant:
        merchant = selectors.of_organisation(self.organisation.pk)
        if merchant is None:
            raise NotFound()
        return merchant
