"""What the house consists of, for the tests that guard it: its files, its modules, its documents."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("flows", "db", "mappers", "cpr_client")
"""The four packages, in the order in which they import."""

_NOT_OURS = {".git", ".venv", ".hypothesis", "build", "dist", "__pycache__"}


@cache
def committed_files() -> tuple[Path, ...]:
    """Every file that is committed, or would be: what git knows and does not ignore; in an export all there is."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not _NOT_OURS & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in found if path.is_file() and not path.name.endswith(".pyc")))


def named(path: Path) -> str:
    """The file as people name it: `db/connect.py`."""
    return path.relative_to(ROOT).as_posix()


def under(*folders: str, suffix: str = ".py") -> list[Path]:
    """The committed files of these folders with this ending."""
    return [path for path in committed_files() if path.suffix == suffix and named(path).split("/")[0] in folders]


def documents() -> list[Path]:
    """Every Markdown file."""
    return [path for path in committed_files() if path.suffix == ".md"]


@cache
def parsed(path: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=named(path))


def texts_in(tree: ast.AST) -> list[str]:
    """Every text constant of the code, docstrings included."""
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def headings(document: Path) -> list[str]:
    """The headings of a Markdown file, as they are read (no `#`, no backticks)."""
    text = re.sub(r"^(```|~~~).*?^\1", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return [found.replace("`", "").strip() for found in re.findall(r"^#{1,6} +(.+?)#*$", text, flags=re.MULTILINE)]
