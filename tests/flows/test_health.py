"""`patronsync check`: each part is tried for real, and what is wrong is told with what to do."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cpr_client.demo.people import SEED, build_people
from cpr_client.demo.server import DemoRegistry
from db import embedded
from db.connect import connect
from db.status.rights import missing_rights
from flows.cli import exits, run
from flows.errors import UserError
from flows.local.embedded import environment
from flows.local.shared_process import free_port
from flows.observability.health import (
    Finding,
    look_at_database,
    look_at_prefect,
    look_at_registry,
    look_at_settings,
    server_lacks,
)
from flows.observability.server_needs import KEPT, VARIABLES, lacking
from flows.observability.trying import look_at_notices, look_up_test_number
from flows.settings import Settings, load

TODAY = date(2026, 11, 24)


def settings(tmp_path: Path, **given: str) -> Settings:
    """Settings by the end of their names."""
    environ = {f"PATRONSYNC_{name}": value for name, value in given.items()}
    return load(
        {"PATRONSYNC_DATA_DIR": str(tmp_path / "data"), "PATRONSYNC_REGISTRY_URL": "http://127.0.0.1:1/"} | environ
    )


def wrong(findings: list[Finding]) -> list[str]:
    """What is to mend, with what to do."""
    return [f"{found.said} {found.remedy}" for found in findings if found.ok is False]


def test_a_settings_file_that_others_may_read_is_noted(tmp_path):
    (tmp_path / "it.env").touch(mode=0o600)
    with_file = load({"PATRONSYNC_DATA_DIR": str(tmp_path)}, env_file=tmp_path / "it.env")
    assert [found.ok for found in look_at_settings(with_file)] == [True]
    (tmp_path / "it.env").chmod(0o644)
    assert [(found.ok, found.remedy) for found in look_at_settings(with_file)][1:] == [
        (None, f"chmod 600 {tmp_path / 'it.env'}")
    ]


def test_a_database_that_is_ready_is_well(tmp_path, database_url):
    findings = list(look_at_database(settings(tmp_path, DATABASE_URL=database_url)))
    assert wrong(findings) == [] and "PostgreSQL" in findings[0].said and "up to date" in findings[1].said
    assert "may do all" in findings[2].said


def test_a_role_that_may_not_do_all_is_told_with_what_it_lacks(database_url):
    role = f"reader_{os.getpid()}"
    with connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role}")
        try:
            connection.execute(f"GRANT USAGE ON SCHEMA library, sync TO {role}")
            connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA library, sync TO {role}")
            connection.execute(f"SET ROLE {role}")
            missing = missing_rights(connection)
            connection.execute("RESET ROLE")
        finally:
            connection.execute(f"DROP OWNED BY {role}")
            connection.execute(f"DROP ROLE {role}")
    assert "DELETE on library.loan" in missing and not [one for one in missing if one.startswith("SELECT")]


def test_a_test_number_is_looked_up_and_told_without_it(tmp_path, database_url, connection):
    with DemoRegistry(build_people(0, SEED, TODAY)) as demo:
        given = {"REGISTRY_URL": demo.url, "DATABASE_URL": database_url}

        def told(number: str) -> tuple[bool | None, str]:
            [found] = look_up_test_number(settings(tmp_path, **given, REGISTRY_TEST_NUMBER=number))
            assert number not in found.said + found.remedy
            return found.ok, found.said

        demo.set_person({"cpr_number": "0101701111", "status": 20})
        assert told("0101701111") == (True, "a look-up of the test number was answered")
        assert told("0201701112")[0] is None
        assert told("not a number")[0] is False and demo.asked.total() == 2
        connection.execute("INSERT INTO library.patron (patron_number, cpr_number) VALUES ('P1', '0101701111')")
        connection.commit()
        assert told("0101701111") == (False, "PATRONSYNC_REGISTRY_TEST_NUMBER is a patron's: nobody was looked up")
        assert demo.asked.total() == 2
        assert list(look_up_test_number(settings(tmp_path, **given))) == []


def test_notices_that_reach_nobody_are_told(tmp_path):
    def told(**given: str) -> list[tuple[bool | None, str]]:
        return [(found.ok, found.remedy) for found in look_at_notices(settings(tmp_path, **given))]

    assert told()[0][0] is None
    assert told(NOTIFY_EMAIL_TO="drift@library.example") == [(False, "Set PATRONSYNC_SMTP_URL.")]
    away = f"127.0.0.1:{free_port()}"
    by_mail = {"NOTIFY_EMAIL_TO": "drift@library.example", "SMTP_URL": f"smtp://{away}"}
    assert told(**by_mail) == [(False, "Look at PATRONSYNC_SMTP_URL.")]
    assert told(NOTIFY_WEBHOOK_URL=f"http://{away}/s3cret") == [(False, "Look at PATRONSYNC_NOTIFY_WEBHOOK_URL.")]


def test_our_own_prefect_lacks_nothing_and_another_one_is_told_what_it_lacks(prefect_of_the_run):
    login = prefect_of_the_run.password_file.read_text().strip()
    assert server_lacks(prefect_of_the_run.api_url, login, None) == []
    off = {"enabled": False}
    services = {"scheduler": off, "late_runs": off, "triggers": off, "db_vacuum": {"enabled": ["events"]}}
    variables = [variable for _, variable in lacking({"server": {"services": services, "api": {"auth_string": None}}})]
    assert [name.partition("=")[0] for name in variables] == [
        "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED",
        "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED",
        "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED",
        "PREFECT_SERVER_API_AUTH_STRING",
    ]


def test_our_own_prefect_keeps_runs_and_events_for_90_days(monkeypatch):
    from prefect.settings import Settings as PrefectSettings

    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    server = PrefectSettings().server
    assert server.services.db_vacuum.enabled_vacuum_types >= {"events", "flow_runs", "orphans"}
    assert server.services.db_vacuum.retention_period == server.events.retention_period == KEPT


def test_a_database_without_the_schema_is_told(tmp_path, empty_database_url):
    [told] = wrong(list(look_at_database(settings(tmp_path, DATABASE_URL=empty_database_url))))
    assert "patronsync database migrate" in told


def test_a_database_that_does_not_answer_is_told_without_the_password(tmp_path):
    url = f"postgresql://worker:s3cret@127.0.0.1:{free_port()}/library"
    [told] = wrong(list(look_at_database(settings(tmp_path, DATABASE_URL=url))))
    assert "127.0.0.1" in told and "PATRONSYNC_DATABASE_URL" in told and "s3cret" not in told


def test_a_registry_that_answers_is_well_and_nobody_is_looked_up(tmp_path):
    with DemoRegistry(build_people(0, SEED, TODAY)) as demo:
        findings = list(look_at_registry(settings(tmp_path, REGISTRY_URL=demo.url), TODAY))
        assert wrong(findings) == [] and findings
        assert demo.asked.total() == 0


def test_a_registry_that_does_not_answer_is_told(tmp_path):
    [told] = wrong(list(look_at_registry(settings(tmp_path, REGISTRY_URL=f"http://127.0.0.1:{free_port()}/"), TODAY)))
    assert "does not answer" in told and "PATRONSYNC_REGISTRY_URL" in told


@contextmanager
def address_that_answers(status: int, body: str = "", **headers: str) -> Iterator[str]:
    """Something else than the registry, or the registry on a bad day: each request is answered so."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body.encode())), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/service"
    finally:
        server.shutdown()
        server.server_close()


FAULT = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault/></s:Body></s:Envelope>'
PAGE = "<!DOCTYPE html><title>Log in, 0101701111</title>"
URL, LET_IN = "PATRONSYNC_REGISTRY_URL", "PATRONSYNC_REGISTRY_CERTIFICATE"


@pytest.mark.parametrize(
    ("status", "body", "ok", "said", "remedy"),
    [
        (500, FAULT, True, "answers as a SOAP service", ""),
        (200, FAULT.replace("schemas.xmlsoap.org/soap", "www.w3.org/2003/05/soap"), True, "as a SOAP service", ""),
        (404, "", False, "no service is at this address (HTTP 404)", URL),
        (404, PAGE, False, "no service is at this address (HTTP 404)", URL),
        (405, "", False, "no service is at this address (HTTP 405)", URL),
        (401, "", False, "does not let us in (HTTP 401)", LET_IN),
        (403, PAGE, False, "does not let us in (HTTP 403)", LET_IN),
        (407, "", False, "proxy asks for a name", "HTTPS_PROXY"),
        (302, "", False, "sends us elsewhere (HTTP 302)", URL),
        (503, PAGE, False, "not in service (HTTP 503)", "later"),
        (500, "", False, "fails (HTTP 500", URL),
        (200, PAGE, False, "a web page is at this address", URL),
        (200, "{}", False, "not as a SOAP service (HTTP 200)", URL),
        (200, "", False, "not as a SOAP service (HTTP 200)", URL),
        (400, "", None, "turns an empty question away", "PATRONSYNC_REGISTRY_TEST_NUMBER"),
    ],
)
def test_what_is_at_the_registry_s_address_is_told_by_what_it_answers(tmp_path, status, body, ok, said, remedy):
    with address_that_answers(status, body, Location="http://127.0.0.1:1/") as url:
        [found] = look_at_registry(settings(tmp_path, REGISTRY_URL=url), TODAY)
    assert (found.subject, found.ok) == ("registry", ok)
    assert said in found.said and remedy in found.remedy and bool(found.remedy) is (ok is not True)
    assert "0101701111" not in f"{found.said} {found.remedy}"


def test_a_wrong_path_at_the_registry_is_told(tmp_path):
    with DemoRegistry(build_people(0, SEED, TODAY)) as demo:
        for version in ("4", "5"):
            url = demo.url_for(version)
            assert wrong(list(look_at_registry(settings(tmp_path, REGISTRY_URL=url), TODAY))) == []
            [told] = wrong(list(look_at_registry(settings(tmp_path, REGISTRY_URL=f"{url}/Persons"), TODAY)))
            assert "HTTP 404" in told and URL in told


def test_a_registry_over_tls_is_well_with_the_right_certificates(tmp_path, tls_registry, authority, our_certificate):
    demo = tls_registry()
    given = settings(
        tmp_path,
        REGISTRY_URL=demo.url,
        REGISTRY_CA=str(authority.root),
        REGISTRY_CERTIFICATE=str(our_certificate.certificate),
        REGISTRY_KEY=str(our_certificate.key),
    )
    findings = list(look_at_registry(given, date.fromisoformat(_first_day(our_certificate.certificate))))
    assert wrong(findings) == []
    assert any("valid for" in found.said for found in findings) and any("over TLS" in found.said for found in findings)
    [expired] = wrong(list(look_at_registry(given, date(2500, 1, 1))))
    assert "expired" in expired and "PATRONSYNC_REGISTRY_CERTIFICATE" in expired


def test_certificates_that_do_not_fit_are_told_with_the_setting(
    tmp_path, tls_registry, authority, another_authority, our_certificate
):
    demo = tls_registry()
    no_roots = settings(tmp_path, REGISTRY_URL=demo.url, REGISTRY_CA=str(another_authority.root))
    assert "PATRONSYNC_REGISTRY_CA" in wrong(list(look_at_registry(no_roots, TODAY)))[0]
    none = settings(tmp_path, REGISTRY_URL=demo.url, REGISTRY_CA=str(authority.root))
    assert "PATRONSYNC_REGISTRY_CERTIFICATE" in wrong(list(look_at_registry(none, TODAY)))[0]


def test_a_prefect_without_its_password_is_told(prefect_of_the_run):
    [told] = wrong(list(look_at_prefect(prefect_of_the_run.api_url, "patronsync:wrong", None, "patronsync")))
    assert "HTTP 401" in told and "PREFECT_API_AUTH_STRING" in told


def test_a_prefect_without_our_pool_is_told(prefect_of_the_run):
    login = prefect_of_the_run.password_file.read_text().strip()
    findings = list(look_at_prefect(prefect_of_the_run.api_url, login, None, "no-such-pool"))
    assert findings[0].ok is True and "version 3.9" in findings[0].said
    assert "patronsync deploy" in wrong(findings)[0]


def test_a_prefect_that_does_not_answer_is_told():
    [told] = wrong(list(look_at_prefect(f"http://127.0.0.1:{free_port()}/api", None, None, "patronsync")))
    assert "does not answer" in told and "PREFECT_API_URL" in told


@pytest.fixture
def only_data_dir(tmp_path, monkeypatch):
    """Nothing is configured but the data directory."""
    for name in os.environ:
        if name.startswith(("PATRONSYNC_", "PREFECT_API")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATRONSYNC_DATA_DIR", str(tmp_path / "data"))
    yield tmp_path / "data"
    embedded.remove(tmp_path / "data")


def test_check_tries_our_own_parts_where_none_is_configured(only_data_dir, capsys):
    assert run(["check", "--json"]) == exits.DONE
    told = capsys.readouterr()
    result = json.loads(told.out)
    assert result["ok"] and {found["subject"] for found in result["findings"]} == {
        "settings",
        "database",
        "registry",
        "notices",
        "Prefect",
    }
    assert "All is well." in told.err and embedded.url(only_data_dir) is None


def test_check_ends_with_exit_code_1_where_something_is_to_mend(only_data_dir, capsys, monkeypatch, empty_database_url):
    monkeypatch.setenv("PATRONSYNC_DATABASE_URL", empty_database_url)
    monkeypatch.setenv("PATRONSYNC_REGISTRY_URL", f"http://127.0.0.1:{free_port()}/")
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{free_port()}/api")
    assert run(["check"]) == exits.FAILED
    told = capsys.readouterr().out
    assert told.count("MEND") == 3 and "3 to mend." in told


def _first_day(certificate: Path) -> str:
    from cpr_client import read_validity

    return read_validity(certificate).not_before.date().isoformat()


def test_a_command_that_needs_a_prefect_that_is_away_says_so_and_begins_nothing(tmp_path, database_url, monkeypatch):
    url = f"http://127.0.0.1:{free_port()}/api"
    given = settings(tmp_path, DATABASE_URL=database_url)
    given._prefect["PREFECT_API_URL"] = url
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with pytest.raises(UserError, match="does not answer") as told, environment(given, need_prefect=True):
        pass
    assert url in told.value.message and "PREFECT_API_URL" in told.value.remedy
