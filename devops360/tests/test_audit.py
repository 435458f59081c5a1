"""The audit trail: what is entered, and that nobody changes it unseen."""

import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from threading import Barrier

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from accounts import history
from accounts.clients import Client as Where
from accounts.models import SecurityEvent
from accounts.tests.factories import UserFactory
from accounts.tests.verified import sign_in_verified
from devops360 import audit
from devops360.models import AuditEntry, AuditHead
from devops360.tests.processes import give_tables, manage
from files.sharing import create_link
from files.tests.factories import make_file
from files.tree import root_of

pytestmark = pytest.mark.django_db
HERE = Where(ip="192.0.2.7", user_agent="Browser")


def three_entries() -> list[AuditEntry]:
    for act in ("one", "two", "three"):
        audit.append(act=act)
    assert audit.seal_new() == 3
    return list(AuditEntry.objects.order_by("number"))


def flaws() -> list[tuple[int, str]]:
    return [(flaw.number, flaw.words) for flaw in audit.verify()]


def test_a_security_event_is_entered_with_it() -> None:
    person, admin = UserFactory.create(), UserFactory.create()
    history.record(user=person, kind=SecurityEvent.Kind.FACTORS_RESET, client=HERE, by=admin)
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.subject) == ("factors_reset", admin.pk, person.pk)
    assert (entry.ip, entry.user_agent, entry.result) == ("192.0.2.7", "Browser", "done")


def test_a_refusal_names_nobody_as_its_actor() -> None:
    person = UserFactory.create()
    history.record(user=person, kind=SecurityEvent.Kind.PASSWORD_REFUSED, client=HERE)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.subject, entry.result) == (None, person.pk, "refused")


def test_a_refusal_for_no_account_is_entered_too(client: Client) -> None:
    client.post("/account/login/", {"login": "nobody", "password": "wrong"})
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.subject, entry.result) == ("password_refused", None, "refused")


def test_an_act_that_is_undone_leaves_no_entry() -> None:
    person = UserFactory.create()
    with transaction.atomic():
        history.record(user=person, kind=SecurityEvent.Kind.SIGNED_IN)
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


def test_a_link_is_entered_by_id_and_a_renamed_file_is_not() -> None:
    person = UserFactory.create()
    node = make_file(root_of(person), "secret plans.txt")
    create_link(node=node)
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.target) == ("link_made", f"node {node.pk}")
    assert "secret plans" not in json.dumps(audit.fields_of(entry))


def test_what_administrators_do_is_entered() -> None:
    admin, person = UserFactory.create(), UserFactory.create()
    LogEntry.objects.log_actions(admin.pk, [person], CHANGE, "Deactivated", single_object=True)
    audit.seal_new()
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor) == ("admin_change", admin.pk)
    assert entry.target == f"accounts.user {person.pk}"
    assert audit.seal_new() == 0, "and once"


def test_an_untouched_chain_holds() -> None:
    three_entries()
    audit.append(act="four")
    assert flaws() == []
    audit.seal_new()
    assert flaws() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("act", "other"), ("actor", "00000000-0000-0000-0000-000000000001"), ("ip", "192.0.2.1")],
)
def test_a_changed_row_shows(field: str, value: str) -> None:
    second = three_entries()[1]
    AuditEntry.objects.filter(pk=second.pk).update(**{field: value})
    assert flaws() == [(2, "changed, or tied to another")]


def test_a_removed_row_shows() -> None:
    three_entries()[1].delete()
    assert flaws() == [(2, "missing up to 2")]


def test_a_row_slipped_into_a_gap_shows() -> None:
    first, second, _third = three_entries()
    second.delete()
    forged = AuditEntry(at=first.at, act="forged", number=2)
    forged.save()
    forged.seal = audit.seal_of(forged, number=2, before=first.seal)
    forged.save()
    assert flaws() == [(3, "changed, or tied to another")]


def test_an_end_cut_off_shows_and_verifying_does_not_paper_over_it() -> None:
    three_entries()[2].delete()
    for _ in range(2):
        with pytest.raises(CommandError, match="1 flaws"):
            call_command("audit_verify", stderr=StringIO())


def test_it_is_exported_as_lines_from_where_one_left_off() -> None:
    entries = three_entries()
    out = StringIO()
    call_command("audit_export", after=1, stdout=out)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["number"] for line in lines] == [2, 3]
    assert lines[1]["seal"] == entries[2].seal


def test_no_line_of_the_log_is_among_those_of_an_export(tmp_path: Path) -> None:
    """What is exported goes to a file by `>`, and sealing it says so in the log."""
    give_tables(tmp_path)
    entries = "from devops360 import audit; audit.append(act='one'); audit.append(act='two')"
    assert manage("shell", "-v0", "-c", entries, state=tmp_path).returncode == 0
    done = manage("audit_export", state=tmp_path, LOG_FORMAT="json")
    assert done.returncode == 0, done.stderr
    assert [json.loads(line).get("number") for line in done.stdout.splitlines()] == [1, 2]
    assert '"audit sealed"' in done.stderr


def test_administrators_see_it_and_change_nothing(client: Client) -> None:
    sign_in_verified(client, UserFactory.create(is_staff=True, is_superuser=True))
    entry = three_entries()[0]
    page = client.get("/admin/devops360/auditentry/")
    assert page.status_code == 200
    assert b"three" in page.content
    assert client.get("/admin/devops360/auditentry/add/").status_code == 403
    url = f"/admin/devops360/auditentry/{entry.pk}/"
    assert client.post(f"{url}change/", {"act": "x"}).status_code == 403
    assert client.post(f"{url}delete/", {"post": "yes"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_eight_sealers_make_one_chain() -> None:
    for number in range(40):
        audit.append(act=f"act {number}")

    barrier = Barrier(8)

    def seal(_number: int) -> int:
        barrier.wait()
        try:
            return audit.seal_new()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(seal, range(8))) == 40
    assert flaws() == []
    assert AuditHead.objects.get().number == 40
