"""Nothing that is committed leads to somebody's machine, index or data."""

from __future__ import annotations

import re
import tomllib

from tests.house.tree import ROOT, committed_files, named

TEXT = {".py", ".sql", ".md", ".toml", ".yaml", ".yml", ".sh", ".txt", ".csv", ".xsd", ".wsdl", ".svg", ".example", ""}

PRIVATE = re.compile(r"(?<![\w.<*}-])/(?:home|root|Users|work|workspace|mnt|opt)/|[A-Z]:\\Users\\")
"""Folders of one machine."""

HOSTS = {
    "127.0.0.1",
    "localhost",
    "www.w3.org",  # namespaces
    "schemas.xmlsoap.org",
    "serviceplatformen.dk",
    "exttest.serviceplatformen.dk",  # the service's addresses, in documents and in our WSDL
    "prod.serviceplatformen.dk",
    "digitaliseringskataloget.dk",
    "eupl.eu",
    "joinup.ec.europa.eu",
    "keepachangelog.com",
    "semver.org",
    "docs.prefect.io",
    "www.postgresql.org",
}
"""Whom an address in a committed file may lead to; besides, names that no host can have."""

MADE_UP = re.compile(r"^(?:[\w.-]*\.)?(?:example|invalid|test)(?:\.(?:com|org|net|dk))?$|^[A-Z.{]|^[^.]*$")

ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
"""An IP address: in tests alone, where it is tried what may not be reached."""

URL = re.compile(r"https?://([^\s/\"'`<>()\[\]:@]+)")

FILES = [path for path in committed_files() if path.suffix in TEXT]


def test_no_file_names_a_folder_of_one_machine():
    found = {named(path): PRIVATE.findall(path.read_text(encoding="utf-8")) for path in FILES}
    assert {name: folders for name, folders in found.items() if folders} == {}


def test_no_file_leads_to_a_host_that_is_not_on_the_list():
    found = {named(path): hosts_in(path.read_text(encoding="utf-8")) - HOSTS for path in FILES}
    strangers = {
        name: {host for host in hosts if not MADE_UP.match(host) and not _is_tried_in_a_test(host, name)}
        for name, hosts in found.items()
    }
    assert {name: hosts for name, hosts in strangers.items() if hosts} == {}


def test_constraints_hold_names_and_versions_alone():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*==[0-9][A-Za-z0-9.]*", line)] == []
    assert len({line.partition("==")[0] for line in lines}) == len(lines)


def test_every_dependency_is_pinned_by_the_constraints():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower() for requirement in wanted}
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert names - {line.partition("==")[0] for line in lines} == set()


def test_a_private_folder_and_a_foreign_host_are_seen():
    assert PRIVATE.search("open('/" + "home/somebody/x')")
    assert URL.findall("see https:" + "//index.somewhere.net/simple") == ["index.somewhere.net"]
    assert not MADE_UP.match("index.somewhere.net")


def hosts_in(text: str) -> set[str]:
    """Whom addresses in the text lead to; the dots of a pattern are dots."""
    return {host.replace("\\.", ".") for host in URL.findall(text)}


def _is_tried_in_a_test(host: str, name: str) -> bool:
    return name.startswith("tests/") and bool(ADDRESS.fullmatch(host))
