"""Money as integer minor units with a currency."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from babel.numbers import format_currency, get_currency_precision
from django.conf import settings
from django.utils.translation import get_language, to_locale


@dataclass(frozen=True, order=False)
class Money:
    """An amount in the currency's minor unit (fen for CNY). Arithmetic only within one currency."""

    minor: int
    currency: str = settings.CURRENCY

    @classmethod
    def from_major(cls, amount: Decimal, currency: str = settings.CURRENCY) -> Self:
        """Exact conversion; raises ValueError when `amount` has more decimals than the currency."""
        scaled = amount.scaleb(get_currency_precision(currency))
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{amount} has more decimals than {currency} has")
        return cls(int(scaled), currency)

    @property
    def major(self) -> Decimal:
        return Decimal(self.minor).scaleb(-get_currency_precision(self.currency))

    def __add__(self, other: "Money") -> "Money":
        self._check_same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._check_same(other)
        return Money(self.minor - other.minor, self.currency)

    def __str__(self) -> str:
        return format_currency(self.major, self.currency, locale=babel_locale())

    def _check_same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency}")


def babel_locale() -> str:
    """The active language as Babel names it."""
    return to_locale(get_language() or settings.LANGUAGE_CODE)
