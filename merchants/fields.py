"""Form fields of amounts."""

from decimal import Decimal
from typing import Any

from django import forms

from common.money import Money


class MoneyField(forms.DecimalField):
    """An amount as people write it; minor units inside."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, min_value=Decimal("0"), **kwargs)

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        return None if amount is None else Money.from_major(amount).minor

    def prepare_value(self, value: Any) -> Any:
        return show_plain(Money(value).major) if isinstance(value, int) else value


def show_plain(amount: Decimal) -> Decimal:
    """Without trailing zeros after the point, for an input field."""
    whole = amount.to_integral_value()
    return whole.quantize(Decimal(1)) if amount == whole else amount
