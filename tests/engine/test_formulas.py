"""The formula language: what it takes, what it refuses, and that no text gets out of it."""

import math

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.formulas import PROFILE, parse_formula
from engine.tables import load_table, open_connection

COLUMNS = ("orders", "clicks", "gmv_minor", "rating", "Spent (yuan)")

ACCEPTED = {
    "orders / clicks": '"orders" / NULLIF("clicks", 0)',
    "ORDERS": '"orders"',
    "-(orders + 1.5) * 2": '-("orders" + 1.5e0) * 2',
    "if(orders > 0, clicks, 0)": 'CASE WHEN "orders" > 0 THEN "clicks" ELSE 0 END',
    "case when orders between 1 and 5 then 1 when clicks in (1, 2) then 2 end": (
        'CASE WHEN "orders" BETWEEN 1 AND 5 THEN 1 WHEN "clicks" IN (1, 2) THEN 2 END'
    ),
    "coalesce(nullif(orders, 0), greatest(clicks, 1), least(orders, 2))": (
        'COALESCE(NULLIF("orders", 0), GREATEST("clicks", 1), LEAST("orders", 2))'
    ),
    "ln(orders)": 'LN(CASE WHEN ("orders") > 0 THEN "orders" END)',
    "sqrt(abs(orders))": 'SQRT(CASE WHEN (ABS("orders")) >= 0 THEN ABS("orders") END)',
    "round(rating, 2)": 'ROUND("rating", 2)',
    '"Spent (yuan)" / 100': '"Spent (yuan)" / NULLIF(100, 0)',
    "if(orders is null or not (clicks is not null and orders <> 3), 1, 0)": None,
}

REFUSED = {
    "": "formula_empty",
    "   ": "formula_empty",
    "orders + " + "1 + " * 200 + "1": "formula_too_long",
    "read_csv('/etc/passwd')": "formula_function",
    "sum(orders)": "formula_function",
    "count(*)": "formula_function",
    "COLUMNS(*)": "formula_function",
    "sum(orders) over (partition by clicks)": "formula_function",
    "row_number() over ()": "formula_function",
    "*": "formula_not_allowed",
    "orders; drop table facts": "formula_mark",
    "orders -- the rest": "formula_mark",
    "orders /* the rest */": "formula_mark",
    "(select 1)": "formula_column",
    "orders in (select orders)": "formula_column",
    "orders from facts": "formula_column",
    "pragma version": "formula_column",
    "list_transform([1], x -> x)": "formula_function",
    "orders -> clicks": "formula_mark",
    "orders.clicks": "formula_mark",
    "facts.orders": "formula_column",
    "orders[1]": "formula_mark",
    "{'a': 1}": "formula_mark",
    "$as_of": "formula_mark",
    "?": "formula_mark",
    "orders % 2": "formula_mark",
    "orders ** 2": "formula_mark",
    "orders // 2": "formula_mark",
    "orders::double": "formula_mark",
    "'text'": "formula_text",
    "orders || clicks": "formula_mark",
    "cast(orders as double)": "formula_function",
    '"orders"" or 1"': "formula_column",
    '"information_schema"': "formula_column",
    "оrders": "formula_mark",
    "orders\x00": "formula_mark",
    "orders\u202e": "formula_mark",
    "ｏrders": "formula_mark",
    "unknown / orders": "formula_column",
    "orders as clicks": "formula_column",
    "orders clicks": "formula_not_allowed",
    "orders > 1": "formula_kind",
    "orders + (clicks > 1)": "formula_kind",
    "orders and clicks": "formula_kind",
    "orders > (clicks > 1)": "formula_kind",
    "if(orders, 1, 0)": "formula_kind",
    "if(orders > 1, 2)": "formula_if",
    "if(orders in (clicks), 1, 0)": "formula_in",
    "if(orders is 1, 1, 0)": "formula_is",
    "round(orders, clicks)": "formula_round",
    "1e999": "formula_number",
    "9" * 30: "formula_number",
    "(" * 60 + "orders" + ")" * 60: "formula_too_deep",
    "- " * 240 + "orders": "formula_too_deep",
    "+".join(["orders"] * 70): "formula_too_deep",
    "greatest(" + ", ".join(["orders"] * 60) + ")": "",
    "(orders": "formula_syntax",
    "abs()": "formula_syntax",
    "orders +": "formula_syntax",
}


@pytest.mark.parametrize(("text", "sql"), ACCEPTED.items(), ids=range(len(ACCEPTED)))
def test_accepts(text: str, sql: str | None) -> None:
    formula = parse_formula(text, COLUMNS)
    if sql is not None:
        assert formula.sql() == sql
    assert set(formula.columns) <= set(COLUMNS)


@pytest.mark.parametrize(("text", "code"), REFUSED.items(), ids=range(len(REFUSED)))
def test_refuses(text: str, code: str) -> None:
    if not code:
        assert parse_formula(text, COLUMNS).columns == ("orders",)
        return
    with pytest.raises(EngineError) as caught:
        parse_formula(text, COLUMNS)
    assert caught.value.code == code
    assert caught.value.remedy
    assert caught.value.message.endswith(".") or ": " in caught.value.message


def test_names_the_word_and_the_place() -> None:
    with pytest.raises(EngineError) as caught:
        parse_formula("1 + read_csv(orders)", COLUMNS)
    assert caught.value.message == "'read_csv' at position 5 is not a function of the formula language."
    assert caught.value.remedy.startswith("Allowed are abs, coalesce, nullif, greatest, least, ln, sqrt, round, if")
    assert caught.value.params["word"] == "read_csv"


def test_qualifies_columns_by_a_table() -> None:
    assert parse_formula("orders / clicks", COLUMNS).sql(table="facts") == (
        '"facts"."orders" / NULLIF("facts"."clicks", 0)'
    )


def test_columns_are_found_by_case_only_when_one_fits() -> None:
    assert parse_formula("ABC", ["abc", "x"]).columns == ("abc",)
    assert parse_formula("abc", ["abc", "ABC"]).columns == ("abc",)
    with pytest.raises(EngineError):
        parse_formula("Abc", ["abc", "ABC"])


def test_integral_formulas_are_told_apart() -> None:
    assert parse_formula("orders * 10 - clicks", COLUMNS).is_integral
    assert not parse_formula("orders / 10", COLUMNS).is_integral
    assert not parse_formula("orders * 0.5", COLUMNS).is_integral
    assert not parse_formula("round(orders)", COLUMNS).is_integral


PROFILE_ACCEPTED = {
    "cast(status_id as integer) + 1": ("number", 124.0),
    "split_part(pair, '_', 1)": ("text", "246"),
    "cast(strptime(published, '%m/%d/%Y %H:%M') as date)": ("day", "2018-04-22"),
    "lower(trim(kind)) || '-' || upper(substr(kind, 2, 3))": ("text", "video-VID"),
    "if(trim(kind) = 'Video', 1, 0)": ("number", 1),
    "coalesce(try_cast(kind as integer), 0)": ("number", 0),
    "replace(concat(pair, kind), '_', '/')": ("text", "246/9 Video"),
    "cast(pair as date)": ("day", None),
    "strptime(kind, '%Y')": ("time", None),
    "cast(status_id as decimal(9, 2)) / 0": ("number", None),
}


@pytest.mark.parametrize(("text", "expected"), PROFILE_ACCEPTED.items(), ids=range(len(PROFILE_ACCEPTED)))
def test_profile_formulas_run_on_text(text: str, expected: tuple[str, object]) -> None:
    row = {"status_id": "123", "pair": "246_9", "published": "4/22/2018 6:00", "kind": " Video"}
    formula = parse_formula(text, row, language=PROFILE)
    assert formula.kind == expected[0]
    with open_connection() as connection:
        load_table(connection, "rows", {name: np.array([value], dtype=object) for name, value in row.items()})
        (value,) = connection.execute(f"SELECT {formula.sql()} FROM rows").fetchone()
    assert (str(value) if formula.kind == "day" and value is not None else value) == expected[1]


@pytest.mark.parametrize(
    ("text", "code"),
    {
        "pair + 1": "formula_kind",
        "cast(pair as json)": "formula_type",
        "cast(pair as integer[])": "formula_mark",
        "cast(pair as decimal(400, 2))": "formula_not_allowed",
        "strptime(pair, pair)": "formula_strptime",
        "trim(both 'x' from pair)": "formula_column",
        "read_text('/etc/passwd')": "formula_function",
        "getenv('HOME')": "formula_function",
        "regexp_replace(pair, '(a+)+', '')": "formula_function",
        "repeat(pair, 1000000)": "formula_function",
        "lpad(pair, 1000000000, 'x')": "formula_function",
        "'unfinished": "formula_mark",
        "E'\\x41'": "formula_column",
        "replace(pair, 'a', 'aaaaaaaaaaaa')": "formula_replace",
        "replace(pair, '', 'a')": "formula_replace",
        "replace(pair, 'a', pair)": "formula_replace",
        "replace(replace(replace(replace(pair, 'a', 'aa'), 'a', 'aa'), 'a', 'aa'), 'a', 'aa')": "formula_replace",
        "pair::integer": "formula_mark",
    }.items(),
)
def test_profile_refuses(text: str, code: str) -> None:
    with pytest.raises(EngineError) as caught:
        parse_formula(text, ["pair"], language=PROFILE)
    assert caught.value.code == code


def truths(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Conditions over numeric texts."""
    simple = st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["=", "<>", "!=", "<", "<=", ">", ">="]), inner),
        st.builds("({} is null)".format, inner),
        st.builds("({} is not null)".format, inner),
        st.builds("({} between {} and {})".format, inner, inner, inner),
        st.builds("({} not in (1, 2, -3.5))".format, inner),
    )
    return st.one_of(
        simple,
        st.builds("(not {})".format, simple),
        st.builds("({} {} {})".format, simple, st.sampled_from(["and", "or"]), simple),
    )


def numbers() -> st.SearchStrategy[str]:
    """Numeric formulas of the language."""
    return st.recursive(
        st.sampled_from([*COLUMNS[:4], '"Spent (yuan)"', "0", "1", "2.5", "1e3", "null"]),
        lambda inner: st.one_of(
            st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
            st.builds("(- {})".format, inner),
            st.builds("{}({})".format, st.sampled_from(["abs", "ln", "sqrt", "round"]), inner),
            st.builds("round({}, {})".format, inner, st.integers(0, 3)),
            st.builds("{}({}, {})".format, st.sampled_from(["coalesce", "nullif", "greatest", "least"]), inner, inner),
            st.builds("if({}, {}, {})".format, truths(inner), inner, inner),
            st.builds("case when {} then {} else {} end".format, truths(inner), inner, inner),
        ),
        max_leaves=8,
    )


@pytest.fixture(scope="module")
def connection():
    """A DuckDB that may touch no file, holding a few rows with awkward values."""
    with open_connection() as found:
        rows = {
            "orders": np.array([0, 1, 30, -4, 7]),
            "clicks": np.array([0.0, 10.0, np.nan, 3.0, 7.0]),
            "gmv_minor": np.array([1, 250, 99999, 0, 12]),
            "rating": np.array([4.5, np.nan, 2.25, 0.5, -1.5]),
            "Spent (yuan)": np.array([0.0, 0.01, 100.0, np.nan, 3.0]),
        }
        load_table(found, "rows", rows)
        found.execute("SET enable_external_access = false")
        yield found, rows


@settings(max_examples=250, deadline=None)
@given(text=numbers())
def test_sql_and_arrays_agree(connection, text: str) -> None:
    found, rows = connection
    try:
        formula = parse_formula(text, COLUMNS)
    except EngineError as error:
        assert error.code in ("formula_too_long", "formula_too_deep", "formula_too_large", "formula_kind")
        return
    query = f"SELECT CAST({formula.sql()} AS DOUBLE) AS x FROM rows"
    expected = [math.nan if x is None or not math.isfinite(x) else x for (x,) in found.execute(query).fetchall()]
    ours = formula.evaluate(rows)
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-9)


WORDS = [
    *("orders", "clicks", "1", "2.5", "(", ")", ",", "+", "-", "*", "/", "=", "<", ">", "<>", "and", "or", "not", "is"),
    *(
        "null",
        "case",
        "when",
        "then",
        "else",
        "end",
        "between",
        "in",
        "if",
        "abs",
        "round",
        "coalesce",
        "'a'",
        '"orders"',
    ),
    *("select", "from", "where", "union", ";", "--", "/*", "read_csv", "::", "->", "[", "]", "{", "}", "$1", "?", "@"),
    *("over", "filter", "cast", "as", "integer", "interval", "date", "lateral", "unnest", "exists", "any", "all", "||"),
    *("strptime", "lower", "trim", "\\", "\n", "\x00", "曝光", "x'41'", "e", ".", "1.", ".5", "_", "columns", "struct"),
]


@settings(max_examples=500, deadline=None)
@given(text=st.one_of(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), st.text(max_size=60)))
@pytest.mark.parametrize("language", ["metrics", "profile"])
def test_no_text_gets_out_of_the_allow_list(connection, language: str, text: str) -> None:
    """Whatever is let through runs as one harmless expression over the columns, and nothing else."""
    found, _ = connection
    try:
        if language == "profile":
            formula = parse_formula(text, COLUMNS, language=PROFILE)
        else:
            formula = parse_formula(text, COLUMNS, kind="")
    except EngineError as error:
        assert error.code.startswith("formula_")
        return
    table = "rows" if language == "metrics" else "(SELECT CAST(COLUMNS(*) AS VARCHAR) FROM rows)"
    statement = f"SELECT {formula.sql()} AS x FROM {table}"
    assert [kind.type for kind in duckdb.extract_statements(statement)] == [duckdb.StatementType.SELECT]
    assert len(found.execute(statement).fetchall()) == 5
