"""Profiles: every shipped one is sound; every fault of another one is named."""

import pytest

from common.exceptions import InvalidInput
from engine.columns import FACT_COLUMN_NAMES
from scoring.facts.profiles import TARGETS, load_profile, names, read_profile, shipped
from scoring.facts.refusals import Refusal

SOUND = """
name = "shop"
title_zh = "店铺"
title_en = "Shop"
source = "shop"
missing = "zero"
may_be_empty = ["merchant", "trader"]
source_columns = ["seller", "sold_on", "sold"]
ignore = ["memo"]

[columns]
provider = "upper(seller)"
day = "sold_on"
orders = "sold"
"""


def refused(text: str) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        read_profile(text)
    assert caught.value.field == "profile"
    return caught.value


def test_the_standard_profile_comes_first() -> None:
    assert names() == ["standard", "fblive", "partial"]
    assert [profile.name for profile in shipped()] == names()


def test_an_unknown_profile_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InvalidInput) as caught:
        load_profile("../secret")
    assert caught.value.reason == "unknown_profile"
    assert "standard, fblive, partial" in str(caught.value)


def test_a_profile_maps_what_it_names() -> None:
    mapping = read_profile(SOUND).map_columns(["sold", "seller", "sold_on", "memo"])
    assert {name: formula.columns for name, formula in mapping.items()} == {
        "provider": ("seller",),
        "day": ("sold_on",),
        "orders": ("sold",),
    }


@pytest.mark.parametrize(
    ("header", "reason", "columns"),
    [
        (["seller", "sold_on"], "missing_column", "sold"),
        (["seller", "sold_on", "sold", "price"], "unknown_column", "price"),
        (["Seller", "sold_on", "sold"], "unknown_column", "Seller"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(header: list[str], reason: str, columns: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_profile(SOUND).map_columns(header)
    assert (caught.value.reason, caught.value.params) == (reason, {"columns": columns})


def test_the_standard_profile_wants_every_column_and_no_other() -> None:
    standard = load_profile("standard")
    assert list(standard.map_columns(TARGETS)) == list(TARGETS)
    with pytest.raises(Refusal) as caught:
        standard.map_columns(name for name in TARGETS if name not in ("orders", "clicks"))
    assert caught.value.params == {"columns": "clicks, orders"}


def test_the_partial_profile_takes_what_there_is() -> None:
    partial = load_profile("partial")
    assert list(partial.map_columns(["day", "provider", "orders"])) == ["provider", "day", "orders"]
    with pytest.raises(Refusal):
        partial.map_columns(["provider", "orders"])


def test_the_post_profile_says_nothing_of_money() -> None:
    given = set(load_profile("fblive").columns)
    assert given == {"provider", "day", "short_videos", "likes", "comments", "shares"}
    assert given < set(TARGETS)
    assert {"orders", "gmv_minor", "live_minutes"} <= set(FACT_COLUMN_NAMES) - given


@pytest.mark.parametrize(
    "expression",
    [
        "read_text('/etc/passwd')",
        "(select 1)",
        "sold; drop table x",
        "sold -- comment",
        "getenv('HOME')",
        "regexp_extract(seller, '.*')",
        "price",
        "sold::integer",
        "x -> x",
        "",
        "orders +",
    ],
)
def test_an_expression_outside_the_language_is_refused(expression: str) -> None:
    error = refused(SOUND.replace('orders = "sold"', f'orders = "{expression}"'))
    assert error.reason.startswith("formula_")
    assert str(error.message).startswith("columns.orders: ")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('name = "shop"', 'name = "shop"\ncolour = "red"', "colour: The entry is not known."),
        ('name = "shop"', "name = 7", "name: The entry has the wrong type."),
        ('name = "shop"', "", "name: The entry is missing"),
        ('source = "shop"', f'source = "{"s" * 41}"', "source: The entry is missing or longer than 40 characters."),
        ('missing = "zero"', 'missing = "mean"', "missing: The entry must be"),
        ('missing = "zero"', "", "columns: There is no expression for exposures"),
        ('["merchant", "trader"]', '["provider"]', "may_be_empty: Only merchant and trader may be empty."),
        ('["merchant", "trader"]', '["trader"]', "columns: There is no expression for merchant."),
        ('orders = "sold"', 'profit = "sold"', "columns.profit: There is no fact column of this name."),
        ('orders = "sold"', "orders = 1", "columns.orders: The entry has the wrong type."),
        ('day = "sold_on"', "", "columns: There is no expression for day."),
        ('orders = "sold"', "orders = \"sold = '1'\"", "columns.orders: The expression gives a truth."),
        ('missing = "zero"', 'missing = "zero"\nunique = "id"', "unique: The entry must be one of source_columns."),
        ('missing = "zero"', 'missing = "zero"\nsame_names = true', "same_names: A profile has the same names"),
        ("[columns]", "[columns", "The text is not TOML"),
    ],
)
def test_a_fault_is_named(old: str, new: str, words: str) -> None:
    assert words in str(refused(SOUND.replace(old, new)).message)


def test_the_digest_pins_the_text() -> None:
    assert read_profile(SOUND).digest != read_profile(SOUND + "\n").digest
