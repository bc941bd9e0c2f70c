"""What changed between two applications: exact lines, no database."""

import pytest

from providers.admission.changes import Change, Content, Line, compare, diff_texts, split_text

BEFORE = Content(
    texts={"contact_name": "Lin Lan", "summary": "We run live rooms. We ship in two days."},
    evidence={
        "live_operations": {"statement": "300 rooms in 2021.", "figures": "12,400 hours", "links": "https://a.example"},
        "supply_chain": {"statement": "Two depots.", "figures": "", "links": ""},
    },
    traders={"T000001": "Chen Wei", "T000002": "Ma Chi"},
)


def test_the_same_gives_nothing() -> None:
    assert compare(BEFORE, BEFORE) == []
    assert compare(Content(), Content()) == []


def test_every_field_that_differs_in_the_order_of_the_form() -> None:
    after = Content(
        texts={"contact_name": "Lin Lan", "summary": "We run live rooms. We ship in one day. We answer at night."},
        evidence={
            "live_operations": {
                "statement": "300 rooms in 2021.",
                "figures": "",
                "links": "https://a.example\nhttps://b.example",
            },
            "anchor_incubation": {"statement": "A camp.", "figures": "", "links": ""},
        },
        traders={"T000002": "Ma Chi", "T000003": "Lu Yao"},
    )
    assert compare(BEFORE, after) == [
        Change(
            "texts",
            "summary",
            "summary",
            (
                Line(" ", "We run live rooms."),
                Line("-", "We ship in two days."),
                Line("+", "We ship in one day."),
                Line("+", "We answer at night."),
            ),
        ),
        Change("evidence", "live_operations", "figures", (Line("-", "12,400 hours"),)),
        Change(
            "evidence", "live_operations", "links", (Line(" ", "https://a.example"), Line("+", "https://b.example"))
        ),
        Change("evidence", "anchor_incubation", "statement", (Line("+", "A camp."),)),
        Change("evidence", "supply_chain", "statement", (Line("-", "Two depots."),)),
        Change("traders", "traders", "traders", (Line("-", "Chen Wei T000001"), Line("+", "Lu Yao T000003"))),
    ]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [("", "New.", "added"), ("Old.", "", "removed"), ("Old.", "New.", "changed"), ("Old.", "Old. New.", "changed")],
)
def test_kinds(before: str, after: str, kind: str) -> None:
    change = compare(Content(texts={"summary": before}), Content(texts={"summary": after}))[0]
    assert change.kind == kind


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        (" \n\n ", []),
        ("一句。两句！三句？", ["一句。", "两句！", "三句？"]),
        ("First. Second!\nThird", ["First.", "Second!", "Third"]),
        ("12.5 % in 2021; then more", ["12.5 % in 2021;", "then more"]),
        ("https://example.com/a.b?c=1", ["https://example.com/a.b?c=1"]),
    ],
)
def test_texts_are_split_by_sentence(text: str, parts: list[str]) -> None:
    assert split_text(text) == parts


def test_white_space_is_no_change() -> None:
    assert diff_texts("One.  Two.", "One.\nTwo. ") == ()
