"""`patronsync demo`: the whole night on made-up data, then everything is stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.imports import ImportWatcher
from flows.cli.net_media import show_net_media
from flows.cli.output import Output
from flows.cli.retention import show_retention

if TYPE_CHECKING:
    from flows.parameters import NightStep

COMPARED = ("name", "address", "municipality_code", "registry_status", "protected", "quarantine", "guardians")
FIELD_WORDS = {"municipality_code": "municipality", "guardians": "guardian"}


def demo(
    patrons: Annotated[
        int | None,
        typer.Option(min=500, help="Patrons of the library (default: 5000).", show_default=False),
    ] = None,
) -> None:
    """Run a whole night on made-up people, in a directory of its own, and stop everything again."""
    output = Output()
    output.say("patronsync: a night on made-up people. Everything runs on this machine and is removed afterwards.")
    try:
        _night(output, patrons)
    except KeyboardInterrupt:
        output.say("\nStopped; everything that was started is stopped and removed.")


def _night(output: Output, wanted: int | None) -> None:
    from flows.local.demo import PATRONS, demo

    patrons = wanted or PATRONS

    output.say("Starting PostgreSQL, the demo registry and a Prefect server (about ten seconds) ...")
    with demo(patrons) as night:
        from flows.parameters import ExtractKind

        output.say(f"Loading {patrons} patrons from an extract, dated {night.first_day} ...")
        night.load(ExtractKind.patrons, night.first_day)
        output.say("Loading who has signed on paper for the children among them ...")
        night.load(ExtractKind.guardians, night.first_day)
        output.say("Loading which towns have an agreement with which net media ...")
        night.load(ExtractKind.agreements, night.first_day)
        _first_night(output, night)
        log = night.move_on()
        chosen = night.some(log)
        before = {number: night.seen(number, night.first_day) for numbers in chosen.values() for number in numbers}
        output.say()
        output.say(
            f"The registry moves on to {night.today}: " + ", ".join(f"{n} {kind}" for kind, n in log.counts.items())
        )
        _borrow(output, night)
        _tonight(output, night)
        _before_and_after(output, chosen, before, night)
    _where_next(output)


def _first_night(output: Output, night: Any) -> None:
    """What goes before: everybody is looked up for the first time."""
    from flows.parameters import NightStep

    def decided(report: dict[str, Any]) -> None:
        granted = ", ".join(f"{one['service']} {one['granted']}" for one in report["services"])
        output.say(f"  {report['patrons']['checked']} patrons in {report['seconds']} s: {granted}")

    told: dict[NightStep, tuple[str, Callable[[dict[str, Any]], None]]] = {
        NightStep.registry_refresh: (
            "Asking the registry about each of them for the first time ...",
            partial(_say_counts, output),
        ),
        NightStep.guardian_links: ("Linking children to who holds custody ...", partial(_say_links, output)),
        NightStep.net_media_eligibility: ("Deciding who may use which net media ...", decided),
    }
    _play(output, night, night.first_day, told)


def _tonight(output: Output, night: Any) -> None:
    """The night itself, and its summary."""
    from flows.cli.nightly import show_night
    from flows.parameters import NightStep

    language = night.settings.language

    def refreshed(report: dict[str, Any]) -> None:
        _say_counts(output, report)
        _show(output, report, language)

    def linked(report: dict[str, Any]) -> None:
        _say_links(output, report)
        _show_cases(output, night)

    told: dict[NightStep, tuple[str, Callable[[dict[str, Any]], None]]] = {
        NightStep.registry_refresh: ("Tonight's refresh, as a Prefect flow:", refreshed),
        NightStep.guardian_links: (
            "And the links of children to their guardians, as custody stands tonight:",
            linked,
        ),
        NightStep.net_media_eligibility: (
            "And who may use which net media, as they live, are of age and are blocked tonight:",
            lambda report: show_net_media(report, output, language),
        ),
        NightStep.retention_cleanup: (
            "And what the library has promised to forget of it is forgotten:",
            lambda report: show_retention(report, output, language),
        ),
    }
    show_night(_play(output, night, night.today, told, apart=True), output, language)


def _play(
    output: Output,
    night: Any,
    day: date,
    told: Mapping[NightStep, tuple[str, Callable[[dict[str, Any]], None]]],
    *,
    apart: bool = False,
) -> dict[str, Any]:
    """A night of these steps; of each what is said when it begins, and what tells of it when it has ended."""
    from flows.cli.running import Watcher, run_watched
    from flows.parameters import NightStep

    class DemoWatcher(Watcher):
        def step_begins(self, step: str) -> None:
            if apart:
                output.say()
            output.say(told[NightStep(step)][0])

        def step_ended(self, step: str, report: dict[str, Any]) -> None:
            told[NightStep(step)][1](report)

    return run_watched(lambda: night.night(day, *told), output, "night", DemoWatcher)


def _say_counts(output: Output, report: dict[str, Any]) -> None:
    patrons = report["patrons"]
    output.say(
        f"  {patrons['checked']} of {patrons['due']} checked in {report['seconds']} s "
        f"with {report['look_ups']} look-ups: "
        f"{patrons['first_answers']} first answers, {patrons['changed']} changed, {patrons['unchanged']} unchanged, "
        f"{patrons['quarantined']} in quarantine, {patrons['failed']} failed"
    )


def _say_links(output: Output, report: dict[str, Any]) -> None:
    links, cases = report["links"], report["cases"]
    output.say(
        f"  {report['patrons']['checked']} children in {report['seconds']} s with {report['look_ups']} look-ups of "
        f"guardians who are no patrons: {links['linked']} links begun, {links['ended']} ended, "
        f"{links['standing']} standing; {cases['opened']} cases opened, {cases['closed']} closed"
    )


def _borrow(output: Output, night: Any) -> None:
    """Some months of borrowing come in."""
    from flows.cli.running import run_watched
    from flows.parameters import ExtractKind
    from flows.wording import words
    from mappers.extracts import BORROWING

    said = words(night.settings.language)
    output.say()
    output.say("Some months of what a few hundred of them borrowed, owed and were told:")
    loaded = []
    for extract in BORROWING:
        kind = ExtractKind(extract.kind)
        report = run_watched(partial(night.load, kind, night.today), output, f"{kind.value}, kB", ImportWatcher)
        loaded.append((said.say("extract_kind", kind.value), report["rows"]["added"]))
    output.table(["Loaded", "rows"], loaded)


def _show_cases(output: Output, night: Any) -> None:
    from flows.wording import words

    said = words(night.settings.language)
    output.say()
    rows = [(said.say("case_kind", kind), count) for kind, count in night.cases().most_common()]
    output.table(["What staff must look at", "cases"], rows)


def _show(output: Output, report: dict[str, Any], language: str) -> None:
    from flows.wording import words

    said = words(language)
    output.say()
    output.table(
        ["What changed", "patrons"], [(said.say("change", code), count) for code, count in report["changes"].items()]
    )
    output.say()
    output.table(
        ["What became of them", "patrons"],
        [(said.say("outcome", code), count) for code, count in report["outcomes"].items()],
    )


def _before_and_after(output: Output, chosen: dict[str, list[str]], before: dict[str, Any], night: Any) -> None:
    from flows.wording import words

    said = words(night.settings.language)
    output.say()
    output.say("A few of them before and after (made-up people, so they may be shown; - is none, or withheld):")
    for kind, numbers in chosen.items():
        for number in numbers:
            was, now = before[number], night.seen(number, night.today)
            changed = [field for field in COMPARED if was[field] != now[field]]
            if changed:
                output.say(f"  {kind}: patron {number}")
            for field in changed:
                label = said["patron"][FIELD_WORDS.get(field, field)]
                output.say(f"    {label}: {_shown(was[field], said)} -> {_shown(now[field], said)}")


def _shown(value: Any, said: Any) -> str:
    from flows.cli.patron import address_text

    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(said["patron"]["yes" if value else "no"])
    if isinstance(value, list):
        return "; ".join(_guardian(guardian, said["patron"]) for guardian in value) or "-"
    if isinstance(value, dict):
        return address_text(value, said) if "kind" in value else str(value["reason"])
    return str(value)


def _guardian(guardian: dict[str, Any], w: Any) -> str:
    kind = w[f"holds as {guardian['kind']}"] if guardian["kind"] else w["holds nothing"]
    parts = [guardian["name"] or "-", w[guardian["source"]], kind]
    parts += [w["to"].format(day=guardian["to"])] if guardian["to"] else []
    return ", ".join(part for part in parts if part)


def _where_next(output: Output) -> None:
    output.say()
    output.say("Everything is stopped and removed. Where to look next:", style="bold")
    output.say(
        "  patronsync up          keeps all of it running; open the Prefect UI at the address it prints, press Run"
    )
    output.say("  patronsync import patrons FILE.csv, then patronsync refresh: the same with patrons of your own")
    output.say("  docs/start.md          what you have just seen, step by step")
