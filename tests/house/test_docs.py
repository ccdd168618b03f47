"""The documents are true: generated parts current, links and names right, commands and settings there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from docs.generate import BEGIN, END, PARTS, commands, filled
from docs.generate import documents as generated
from flows.cli import command_line
from flows.settings import Settings
from flows.settings.loading import known_names
from flows.steps.counting import Counts
from tests.house.tree import ROOT, committed_files, documents, headings, named

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
REFERENCE = re.compile(r"\b(docs/[\w/-]+\.(?:md|svg))(?:, \"([^\"\n]+)\")?")
COMMAND = re.compile(r"^ {4,}(?:\$ )?(?:\.venv/bin/)?(patronsync .+)$", re.MULTILINE)
INLINE = re.compile(r"`(?:\.venv/bin/)?(patronsync [^`\n]+)`")
SETTING = re.compile(r"\bPATRONSYNC_[A-Z][A-Z_]*[A-Z]\b")
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)

PLACEHOLDERS = {"NUMBER": "1000001", "RUN": "7", "KIND": "patrons", "REASON": "r", "N": "1", "YYYY-MM-DD": "2026-11-24"}


@pytest.mark.parametrize("name", [*PARTS, ".env.example"])
def test_generated_documents_are_current(name):
    assert (ROOT / name).read_text(encoding="utf-8") == generated()[name], "say: make docs"


def test_a_document_whose_marks_are_not_as_many_as_its_parts_is_refused():
    with pytest.raises(ValueError, match="2 generated parts"):
        filled(f"{BEGIN}\n{END}\n", [commands, commands])


def test_every_link_leads_somewhere():
    broken = []
    for document in documents():
        for target in LINK.findall(document.read_text(encoding="utf-8")):
            if target.startswith(("http:", "https:")):
                continue
            path, _, anchor = target.partition("#")
            leads_to = (document.parent / path).resolve() if path else document
            if not leads_to.exists() or (anchor and anchor not in {_anchor(title) for title in headings(leads_to)}):
                broken.append(f"{named(document)}: {target}")
    assert broken == []


def test_every_document_that_code_names_is_there_and_has_the_heading_it_names():
    missing = []
    for path in committed_files():
        if path.suffix not in {".py", ".sql", ".toml", ".yaml", ".xsd", ".wsdl", ".sh"}:
            continue
        for name, heading in REFERENCE.findall(path.read_text(encoding="utf-8")):
            document = ROOT / name
            if not document.exists() or (heading and heading not in headings(document)):
                missing.append(f"{named(path)}: {name} {heading}".rstrip())
    assert missing == []


def test_every_document_is_reached_from_the_readme():
    reached: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        document = ahead.pop()
        reached.add(document)
        for target in LINK.findall(document.read_text(encoding="utf-8")):
            path = (document.parent / target.partition("#")[0]).resolve()
            if path.suffix == ".md" and path.exists() and path not in reached:
                ahead.append(path)
    assert {named(path) for path in set(documents()) - reached} == set()


def test_every_command_in_the_documents_is_one_that_the_command_line_takes():
    refused = [
        f"{named(document)}: {line}: {problem}"
        for document in documents()
        for line in _commands_in(document)
        if (problem := _refusal(line))
    ]
    assert refused == []


def test_a_command_or_an_option_that_is_none_is_seen():
    assert _refusal("patronsync refresh --scope due --dry-run") is None
    assert _refusal("patronsync approvals answer RUN apply") is None
    assert _refusal("patronsync refreshen") == "no command refreshen"
    assert _refusal("patronsync refresh --everybody") == "no option --everybody"


def test_every_command_is_documented_with_what_it_does():
    undescribed = [path for path, command in _walk() if not command.help or len(command.help) < 20]
    assert undescribed == []


def test_every_setting_in_the_documents_is_one():
    known = set(known_names(Settings))
    unknown = {
        f"{named(document)}: {name}"
        for document in documents()
        for name in SETTING.findall(document.read_text(encoding="utf-8"))
        if name not in known
    }
    assert unknown == set()


def test_the_counts_of_a_refresh_are_documented():
    text = (ROOT / "docs/reference/runs.md").read_text(encoding="utf-8")
    assert [name for name in Counts().patrons() if f"| `{name}` |" not in text] == []
    commands_page = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    assert [name for name in Counts().patrons() if f'"{name}": 0' not in commands_page] == []


def test_the_examples_of_the_client_run(capsys):
    text = (ROOT / "docs/how-to/use-the-client-alone.md").read_text(encoding="utf-8")
    examples = PYTHON.findall(text)
    assert len(examples) == 2
    for example in examples:
        exec(compile(example, "use-the-client-alone.md", "exec"), {})
    said = capsys.readouterr().out
    assert "the registry knows no such person" in said
    assert "<Residence>" in said


def _anchor(title: str) -> str:
    """The anchor that a Markdown page gives a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _commands_in(document: Path) -> Iterator[str]:
    text = document.read_text(encoding="utf-8")
    text = re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", "", text, flags=re.DOTALL)
    for line in [*COMMAND.findall(text), *INLINE.findall(text)]:
        yield from (part.strip() for part in re.split(r"; | && | {2,}#|, then ", line) if "patronsync" in part)


def _refusal(line: str) -> str | None:
    """Why the command line would not take the line; None where it would. Nothing is run."""
    words = [PLACEHOLDERS.get(word, word) for word in shlex.split(line)][1:]
    if not words or words[0].startswith("--") or "..." in line:
        return None
    command = command_line()
    path = "patronsync"
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        name = words.pop(0)
        if name not in command.commands:
            return f"no command {name}"
        command, path = command.commands[name], f"{path} {name}"
    options = {option for parameter in command.params for option in getattr(parameter, "opts", [])} | {"--help"}
    if path.endswith("psql"):
        return None
    unknown = [word for word in words if word.startswith("--") and word not in options]
    return f"no option {unknown[0]}" if unknown else None


def _walk() -> Iterator[tuple[str, typer.core.TyperCommand]]:
    ahead = [("patronsync", command_line())]
    while ahead:
        path, command = ahead.pop()
        yield path, command
        ahead += [(f"{path} {name}", inner) for name, inner in getattr(command, "commands", {}).items()]
