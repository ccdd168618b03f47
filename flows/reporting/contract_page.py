"""The contract with downstream systems as a Markdown page, made of what the database says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from db.contract.store import Column, Contract
from flows.wording import Words


def contract_page(contract: Contract, said: Words) -> str:
    """The whole page."""
    return "\n".join(_lines(contract, said)) + "\n"


def _lines(contract: Contract, said: Words) -> Iterator[str]:
    w = said["contract"]
    yield from (f"# {w['title']}", "", w["intro"].format(version=contract.version), "", f"## {w['views']}", "")
    for view in contract.views:
        yield from (f"### downstream.{view.name}", "", f"{view.meaning}.", "", _roles(w["read_by"], view.roles), "")
        yield _row([w[name] for name in ("column", "type", "meaning", "source", "null")])
        yield _row(["---"] * 5)
        for column in view.columns:
            yield _row([f"`{column.name}`", column.type, column.meaning, column.source, _null(column, w["never"])])
        yield ""
    yield from (f"## {w['functions']}", "")
    for function in contract.functions:
        yield from (f"### downstream.{function.call.partition('(')[0]}", "", f"{function.meaning}.", "")
        yield from (f"    downstream.{function.call}", "", f"{w['returns']}: `{function.returns}`.", "")
        yield from (_roles(w["called_by"], function.roles), "")


def _roles(label: str, roles: Sequence[str]) -> str:
    return f"{label}: {', '.join(f'`{role}`' for role in roles)}."


def _null(column: Column, never: str) -> str:
    return column.null.replace("Never null", never)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
