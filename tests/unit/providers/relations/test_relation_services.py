"""Identifiers, the barred list and links by hand: what is written, and what is refused without a trace."""

from datetime import date

import numpy as np
import pytest
from django.db import DatabaseError, IntegrityError

from accounts.notices.models import Notice
from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import Conflict, DomainError, InvalidInput, NotPermitted, Stale
from common.jobs.models import Job
from providers.relations.barred_files import BarredRow, read_barred_file
from providers.relations.barred_services import bar_party, import_barred, try_import, withdraw_barred
from providers.relations.link_models import Link
from providers.relations.link_services import contest_link, enter_link, lift_link, uphold_link
from providers.relations.models import BarredParty, Party, PartyIdentifier
from providers.relations.services import (
    FeedRow,
    declare_identifiers,
    end_identifier,
    import_identifiers,
    request_check,
)
from providers.relations.signals import SIGNALS, collect_signals
from tests.factories.accounts import make_staff, make_user
from tests.factories.providers import make_provider, make_uscc, owner_of
from tests.factories.relations import declare, make_barred, make_cleared_out, make_link, nothing_changes

pytestmark = pytest.mark.django_db


def test_what_is_declared_takes_the_place_of_the_last_of_its_kind() -> None:
    provider = make_provider()
    declare(provider, phones=["13800138000", "13900139000"], bank_account="6222021200001234")
    declare(provider, phones=["13900139000"])
    rows = PartyIdentifier.objects.filter(source="declared").order_by("masked")
    assert [(row.masked, row.ended_at is None) for row in rows] == [
        ("138****8000", False),
        ("139****9000", True),
        ("622****1234", True),
    ]
    assert {row.recorded_by for row in rows} == {owner_of(provider)}
    entry = AuditEntry.objects.filter(action="identifier.declare").latest("pk")
    assert entry.changes == {"added": [], "ended": ["phone 138****8000"]}


def test_a_new_representative_ends_the_old_one_as_a_person_too() -> None:
    provider = make_provider()
    declare(provider, representative="王小明", representative_id="12345X")
    declare(provider, representative="李大山")
    current = PartyIdentifier.objects.filter(source="declared", ended_at=None)
    assert [(row.kind, row.masked) for row in current] == [("representative_name", "李**")]


def test_no_value_is_kept_in_clear() -> None:
    provider = make_provider()
    declare(provider, representative="王小明", representative_id="12345X", phones=["13800138000"])
    kept = str(list(PartyIdentifier.objects.values())) + str(list(AuditEntry.objects.values()))
    for secret in ("王小明", "12345", "13800138000"):
        assert secret not in kept


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"phones": ["12"]}, "phones"),
        ({"phones": ["13800138000"] * 6}, "phones"),
        ({"bank_account": "1"}, "bank_account"),
        ({"address": "here"}, "address"),
        ({"representative_id": "12345X"}, "representative"),
        ({"representative": "王小明", "representative_id": "1"}, "representative_id"),
    ],
)
def test_bad_declarations(given: dict[str, object], field: str) -> None:
    provider = make_provider()
    with nothing_changes(), pytest.raises(InvalidInput) as refusal:
        declare_identifiers(provider_id=provider.pk, by=owner_of(provider), **given)
    assert refusal.value.field == field


def test_strangers_declare_and_end_nothing() -> None:
    provider = make_provider()
    (row,) = declare(provider, phones=["13800138000"])
    strangers = [make_user(), make_staff()]
    with nothing_changes():
        for by in strangers:
            with pytest.raises(NotPermitted):
                declare_identifiers(provider_id=provider.pk, by=by, phones=["13900139000"])
            with pytest.raises(NotPermitted):
                end_identifier(identifier_id=row.pk, by=by)
        with pytest.raises(Conflict):
            registered = PartyIdentifier.objects.get(kind="company")
            end_identifier(identifier_id=registered.pk, by=owner_of(provider))


def test_an_identifier_is_never_edited_or_deleted() -> None:
    (row,) = declare(make_provider(), phones=["13800138000"])
    with pytest.raises(DatabaseError, match="annot update"):
        PartyIdentifier.objects.filter(pk=row.pk).update(masked="139****0000")


def test_a_feed_is_taken_whole_or_not_at_all() -> None:
    officer = make_staff(Role.CONDUCT_OFFICER)
    one, two = make_provider(), make_provider()
    rows = [FeedRow(one.code, "device", "A1B2C3D4E5"), FeedRow(two.code, "device", "a1b2c3d4e5")]
    reviewer = make_staff()
    with nothing_changes():
        with pytest.raises(InvalidInput, match="3"):
            import_identifiers(rows=[*rows, FeedRow("P999999", "device", "A1B2C3D4E5")], by=officer)
        with pytest.raises(InvalidInput, match="3"):
            import_identifiers(rows=[*rows, FeedRow(one.code, "device", "x")], by=officer)
        with pytest.raises(NotPermitted):
            import_identifiers(rows=rows, by=reviewer)
    assert import_identifiers(rows=rows, by=officer) == 2
    assert import_identifiers(rows=rows, by=officer) == 0
    assert PartyIdentifier.objects.filter(kind="device").values("digest").distinct().count() == 1


def test_the_barred_list_takes_a_party() -> None:
    barred = make_barred(uscc=make_uscc(77), representative="王小明", representative_id="12345x", phone="13800138000")
    kinds = sorted(PartyIdentifier.objects.filter(party=barred.party).values_list("kind", flat=True))
    assert kinds == ["company", "legal_representative", "phone", "representative_name"]
    assert (barred.party.core, barred.party.city) == ("银铃", "广州")
    with nothing_changes(), pytest.raises(Conflict):
        bar_party(row=BarredRow("Again", "Again.", uscc=make_uscc(77)), by=barred.created_by)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (BarredRow("", "Fraud."), "name"),
        (BarredRow("Name", " "), "reason"),
        (BarredRow("Name", "Fraud.", uscc="1"), "uscc"),
        (BarredRow("Name", "Fraud.", region="atlantis"), "region"),
        (BarredRow("Name", "Fraud.", phone="1"), "phone"),
        (BarredRow("Name", "Fraud.", representative_id="12345X"), "representative"),
    ],
)
def test_bad_entries(row: BarredRow, field: str) -> None:
    officer = make_staff(Role.CONDUCT_OFFICER)
    with nothing_changes(), pytest.raises(InvalidInput) as refusal:
        bar_party(row=row, by=officer)
    assert refusal.value.field == field


def test_the_barred_list_is_imported_whole_or_not_at_all() -> None:
    officer, reviewer = make_staff(Role.CONDUCT_OFFICER), make_staff()
    text = "Name,reason,until\n甲乙丙网络科技,Fraud.,2027-01-31\n丁戊己商贸,Fakes.,\n"
    rows = read_barred_file(text.encode())
    assert [(row.name, row.until) for row in rows] == [("甲乙丙网络科技", "2027-01-31"), ("丁戊己商贸", "")]
    with nothing_changes():
        with pytest.raises(InvalidInput, match="3"):
            import_barred(rows=[*rows, BarredRow("Name", "")], by=officer)
        with pytest.raises(NotPermitted):
            import_barred(rows=rows, by=reviewer)
    assert len(import_barred(rows=rows, by=officer)) == BarredParty.objects.count() == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"name\nA\n",
        b"name,reason,shoe\nA,B,C\n",
        "name,reason\n甲,乙\n".encode("gbk"),
        b"name,reason\n" + b"A,B\n" * 5001,
    ],
    ids=["empty", "too few", "too many", "not UTF-8", "too long"],
)
def test_bad_files(data: bytes) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_barred_file(data)
    assert refusal.value.field == "file"


def test_a_trial_reports_each_row_and_keeps_nothing() -> None:
    officer, reviewer = make_staff(Role.CONDUCT_OFFICER), make_staff()
    code = make_uscc(78)
    rows = [
        BarredRow("甲乙丙网络科技", "Fraud.", uscc=code, until="2027-01-31"),
        BarredRow("丁戊己商贸", "Fakes.", uscc=code),
        BarredRow("庚辛壬贸易", ""),
        BarredRow("癸子丑文化", "Fraud.", until="tomorrow"),
        BarredRow("甲" * 161, "Fraud."),
    ]
    with nothing_changes():
        report = try_import(rows=rows, by=officer)
        with pytest.raises(NotPermitted):
            try_import(rows=rows, by=reviewer)
        with pytest.raises(InvalidInput, match="2"):
            import_barred(rows=rows, by=officer)
    assert [(row.number, row.name, row.taken) for row in report] == [
        (number, row.name, number == 1) for number, row in enumerate(rows, start=1)
    ]
    assert all(bool(row.message) is not row.taken for row in report)
    (barred,) = import_barred(rows=rows[:1], by=officer)
    assert barred.until == date(2027, 1, 31)


def test_taking_off_needs_a_reason_and_happens_once() -> None:
    barred, officer, reviewer = make_barred(), make_staff(Role.CONDUCT_OFFICER), make_staff()
    with nothing_changes():
        for error, by, note, version in (
            (InvalidInput, officer, " ", None),
            (NotPermitted, reviewer, "Over.", None),
            (Stale, officer, "Over.", 9),
        ):
            with pytest.raises(error):
                withdraw_barred(barred_id=barred.pk, by=by, note=note, version=version)
    withdraw_barred(barred_id=barred.pk, by=officer, note="Over.")
    with nothing_changes(), pytest.raises(Conflict):
        withdraw_barred(barred_id=barred.pk, by=officer, note="Over.")


def test_a_link_by_hand_is_decided_by_somebody_else() -> None:
    barred, provider, officer = make_cleared_out(), make_provider(), make_staff(Role.CONDUCT_OFFICER)
    link = enter_link(provider_id=provider.pk, other=barred.code.lower(), by=officer, note="Case 12.")
    assert (link.created_by, link.reasons, link.strength, link.is_blocking) == (officer, ["known_to_staff"], 1.0, True)
    with nothing_changes():
        with pytest.raises(NotPermitted):
            lift_link(link_id=link.pk, by=officer, note="Mine.")
        with pytest.raises(Conflict):
            enter_link(provider_id=provider.pk, other=barred.code, by=officer, note="Again.")
    assert lift_link(link_id=link.pk, by=make_staff(), note="Not so.").status == "lifted"


@pytest.mark.parametrize(("other", "note", "error"), [("P999999", "x", InvalidInput), ("B1x", "x", InvalidInput)])
def test_a_link_by_hand_needs_a_barred_party(other: str, note: str, error: type[DomainError]) -> None:
    provider, free, officer = make_provider(), make_provider(), make_staff(Role.CONDUCT_OFFICER)
    with nothing_changes():
        with pytest.raises(error):
            enter_link(provider_id=provider.pk, other=other, by=officer, note=note)
        with pytest.raises(InvalidInput):
            enter_link(provider_id=provider.pk, other=free.code, by=officer, note="Case 12.")
        with pytest.raises(InvalidInput):
            enter_link(provider_id=provider.pk, other=free.code, by=officer, note=" ")


def test_contest_and_decision_are_told() -> None:
    link = make_link()
    contest_link(link_id=link.pk, by=owner_of(link.provider), note="The number was recycled.", version=link.version)
    uphold_link(link_id=link.pk, by=make_staff(), note="It was not.")
    lift_link(link_id=link.pk, by=make_staff(), note="The operator confirms it.")
    kinds = list(Notice.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["relations.held", "relations.upheld", "relations.cleared"]
    assert "The operator confirms it." in Notice.objects.latest("pk").text
    assert Link.objects.get().contest_note == "The number was recycled."


def test_refused_steps_change_nothing() -> None:
    link, stranger = make_link(), make_user()
    with nothing_changes():
        for error, by, note, version in (
            (InvalidInput, owner_of(link.provider), " ", None),
            (NotPermitted, stranger, "No.", None),
            (Stale, owner_of(link.provider), "No.", 9),
        ):
            with pytest.raises(error):
                contest_link(link_id=link.pk, by=by, note=note, version=version)


def test_a_check_is_asked_for() -> None:
    provider, reviewer = make_provider(), make_staff()
    job = request_check(provider_id=provider.pk, by=reviewer)
    assert Job.objects.get() == job
    assert (job.name, job.arguments) == ("providers.check_relations", {"provider_id": provider.pk})
    with nothing_changes(), pytest.raises(NotPermitted):
        request_check(provider_id=provider.pk, by=owner_of(provider))


@pytest.mark.parametrize(
    ("status", "links", "strength"),
    [("held", 1.0, True), ("contested", 0.0, True), ("upheld", 1.0, True), ("lifted", 0.0, False)],
)
def test_signals(status: str, links: float, strength: bool) -> None:
    link = make_link(status)
    ids = np.array([make_provider().pk, link.provider_id])
    found = collect_signals(ids, date(2026, 6, 1))
    assert set(found) == {signal.name for signal in SIGNALS}
    assert found["barred_links"].tolist() == [0.0, links]
    assert found["barred_link_strength"].tolist() == [0.0, link.strength if strength else 0.0]


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "lost"}, "link_status_known"),
        ({"strength": 1.5}, "link_strength_is_a_share"),
        ({"reasons": []}, "link_reasons_known"),
        ({"reasons": ["gossip"]}, "link_reasons_known"),
        ({"contest_note": "No."}, "link_contest_triple"),
        ({"status": "contested"}, "link_contested_with_a_text"),
        ({"status": "upheld"}, "link_decision_triple"),
        ({"decision_note": "Yes."}, "link_decision_triple"),
    ],
    ids=str,
)
def test_link_constraints(changes: dict[str, object], constraint: str) -> None:
    link = make_link()
    with pytest.raises(IntegrityError, match=constraint):
        Link.objects.filter(pk=link.pk).update(**changes)


def test_one_blocking_link_per_pair() -> None:
    link = make_link()
    with pytest.raises(IntegrityError, match="link_one_blocking_per_pair"):
        Link.objects.create(provider=link.provider, other=link.other, strength=1, reasons=["same_phone"])


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"reason": ""}, "barred_party_has_name_and_reason"),
        ({"region": "atlantis"}, "barred_region_known"),
        ({"withdrawal_note": "Over."}, "barred_party_withdrawal_triple"),
    ],
    ids=str,
)
def test_barred_constraints(changes: dict[str, object], constraint: str) -> None:
    barred = make_barred()
    with pytest.raises(IntegrityError, match=constraint):
        BarredParty.objects.filter(pk=barred.pk).update(**changes)


def test_one_entry_per_code() -> None:
    one, two = make_barred(uscc=make_uscc(78)), make_barred()
    with pytest.raises(IntegrityError, match="barred_party_uscc_once"):
        BarredParty.objects.filter(pk=two.pk).update(uscc=one.uscc)


def test_a_party_is_one_thing() -> None:
    with pytest.raises(IntegrityError, match="party_is_one_thing"):
        Party.objects.create(name="x")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"kind": "shoe"}, "identifier_kind_known"),
        ({"source": "gossip"}, "identifier_source_known"),
        ({"digest": "13800138000"}, "identifier_is_a_digest"),
    ],
    ids=str,
)
def test_identifier_constraints(changes: dict[str, str], constraint: str) -> None:
    party = make_barred().party
    values = {"kind": "phone", "source": "platform", "digest": "a" * 64, "masked": "1", **changes}
    with pytest.raises(IntegrityError, match=constraint):
        PartyIdentifier.objects.create(party=party, **values)


def test_one_identifier_at_a_time() -> None:
    party = make_barred().party
    values = {"party": party, "kind": "phone", "source": "platform", "digest": "a" * 64, "masked": "1"}
    PartyIdentifier.objects.create(**values)
    with pytest.raises(IntegrityError, match="identifier_once_at_a_time"):
        PartyIdentifier.objects.create(**values)


def test_an_identifier_ends_after_it_began() -> None:
    (row,) = declare(make_provider(), phones=["13800138000"])
    with pytest.raises(IntegrityError, match="identifier_ends_after_it_began"):
        PartyIdentifier.objects.filter(pk=row.pk).update(ended_at="2001-01-01T00:00Z")
