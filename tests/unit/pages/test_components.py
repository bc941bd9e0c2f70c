"""Templates and texts that the pages are made of."""

import re
from pathlib import Path

import pytest
from celery import current_app
from django import forms
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from accounts.models import User
from common.jobs.models import Job
from common.states import ActionOffer
from pages.audit_labels import all_labels
from pages.job_names import NAMES

ROOT = Path(__file__).resolve().parents[3]
ICON_NAMES = set((ROOT / "static" / "icons.txt").read_text().split())
SOURCES = [
    path for room in ("common", "accounts", "providers", "scoring", "merchants") for path in (ROOT / room).rglob("*.py")
]


def test_every_icon_in_a_template_is_in_the_sprite() -> None:
    named = {
        (str(path.relative_to(ROOT)), icon)
        for path in (ROOT / "templates").rglob("*.html")
        for icon in re.findall(r"""{% icon "([a-z0-9-]+)""", path.read_text())
    }
    assert {(path, icon) for path, icon in named if icon not in ICON_NAMES} == set()


def test_every_recorded_action_has_a_name() -> None:
    pattern = re.compile(r"""\brecord\(\s*"([a-z_]+\.[a-z_]+)\"""")
    recorded = {action for path in SOURCES for action in pattern.findall(path.read_text())}
    assert recorded - set(all_labels()) == set()


def test_every_job_has_a_name() -> None:
    ours = {
        name
        for name, task in current_app.tasks.items()
        if name.startswith(("common.", "providers.", "scoring.", "merchants.")) and task.run.__name__ == "run"
    }
    assert ours - set(NAMES) == set()
    assert len(ours) >= 4


def test_action_without_permission_is_disabled_with_its_reason() -> None:
    offers = [
        ActionOffer("admit", "Admit", "admitted", False, False, "Your role does not allow this."),
        ActionOffer("return", "Return", "returned", True, True),
    ]
    html = render_to_string("components/actions.html", {"offers": offers, "action_url": "/x/", "version": 0})
    assert re.search(r'<button class="btn" type="button" disabled aria-describedby="why-admit">Admit</button>', html)
    assert "Your role does not allow this." in html
    assert 'value="admit"' not in html
    assert html.count('name="version" value="0"') == 1
    assert html.count("<textarea") == 1


class SmallForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the licence.")
    kind = forms.MultipleChoiceField(
        label="Kind", widget=forms.CheckboxSelectMultiple, choices=[("a", "A"), ("b", "B")]
    )
    note = forms.CharField(label="Note", required=False)


def test_form_says_what_is_wrong_and_where() -> None:
    with translation.override("en"):
        html = str(SmallForm({"note": "x"}))
    assert html.count("There is a problem") == 1
    assert re.findall(r'<li><a href="(#[a-z_0-9]+)">', html) == ["#id_name", "#id_kind_0"]
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert html.count("(optional)") == 1


def test_form_escapes_what_people_typed() -> None:
    assert "<script>" not in str(SmallForm({"name": "<script>alert(1)</script>", "kind": ["a"]}))


@pytest.mark.parametrize(
    ("status", "polls", "can_cancel"), [("queued", True, True), ("running", True, True), ("done", False, False)]
)
def test_progress_polls_only_while_the_job_is_open(status: str, polls: bool, can_cancel: bool) -> None:
    job = Job(status=status, done=50, total=200, phase="Reading", created_by_id=7)
    request = RequestFactory().get("/")
    request.user = User(pk=7)
    html = render_to_string("components/progress.html", {"job": job}, request)
    assert ('hx-trigger="every 1s"' in html, "/cancel/" in html) == (polls, can_cancel)
    assert f'value="{25 if polls else 100}"' in html
