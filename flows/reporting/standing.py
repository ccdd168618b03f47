"""How things stand, for `patronsync status` and the night's report: gathered, judged, as JSON and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cpr_client import CertificateProblem
from db.connect import Connection, copenhagen_day
from db.feed.store import Consumer
from db.runs.store import abort_unanswered
from db.status.store import Group, LastRun, Standing, read_standing
from db.upgrade import Schema, schema_of
from flows.observability.certificate import certificate_warnings, days_left
from flows.observability.hands import NIGHTS, Found, Hand, look_at, name_of, state_of
from flows.observability.health import Finding, knock
from flows.reporting.parts import question_line
from flows.settings import Settings
from flows.wording import Words, words
from mappers.lateness import day_of_last_night, expected_steps
from mappers.local_days import COPENHAGEN
from mappers.night import STEPS


@dataclass(frozen=True, slots=True)
class Morning:
    """How things stand. `standing` None: the database lacks migrations, and is not read.

    `registry` None: it is our own demo registry, which runs for a command alone. `certificate_days` None: none is set.
    `warnings`: what needs a hand soon, but not today.
    """

    today: date
    schema: Schema
    server: str
    database: str
    standing: Standing | None
    registry_host: str
    registry: Finding | None
    certificate_days: int | None
    hands: list[Hand] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def state(self) -> str:
        """As a whole: `done`, `waiting` (for a word alone) or `failed` (it needs a hand)."""
        return state_of(self.hands)


def look(
    connection: Connection, settings: Settings, moment: datetime, today: date | None, *, ask_registry: bool = True
) -> Morning:
    """How things stand at `moment`, or on the day `today`. Asks the registry for a sign of life; looks nobody up."""
    said = words(settings.language)
    day = today or copenhagen_day(connection)
    schema = schema_of(connection)
    standing = None
    found: list[Found] = []
    if schema.current:
        abort_unanswered(connection, settings.operators_word_hours)
        standing = read_standing(connection, day)
        steps, last_night = expected_steps(settings.guardians), today or day_of_last_night(moment)
        found += look_at(standing, steps, last_night, settings.feed_behind_hours, said)
    else:
        found.append(Found("schema behind"))
    registry = None
    if ask_registry and settings.registry_url is not None and not settings.is_embedded("registry_url"):
        registry = knock(settings)
        if registry.ok is False:
            found.append(Found("registry silent", {"said": registry.said, "remedy": registry.remedy}))
    hands = [one.in_words(said) for one in found]
    days, of_certificate, warnings = _certificate(settings, day)
    version = connection.info.server_version
    return Morning(
        today=day,
        schema=schema,
        server=f"{version // 10000}.{version % 10000}",
        database=settings.database_host,
        standing=standing,
        registry_host=settings.registry_host,
        registry=registry,
        certificate_days=days,
        hands=[*hands, *of_certificate],
        warnings=warnings,
    )


def _certificate(settings: Settings, day: date) -> tuple[int | None, list[Hand], list[str]]:
    """Days that it is valid for, what needs a hand for it, and what is worth a word."""
    if settings.registry_url is None:
        return None, [], []
    config = settings.registry_config()
    try:
        days, found = days_left(config, day), certificate_warnings(config, day)
    except (CertificateProblem, OSError) as error:
        return None, [Hand(str(error), "")], []
    told = [(one.mends or "days" in one.values, *one.in_words(settings.language)) for one in found]
    hands = [Hand(text, remedy) for needs_a_hand, text, remedy in told if needs_a_hand]
    return days, hands, [f"{text} {remedy}" for needs_a_hand, text, remedy in told if not needs_a_hand]


def standing_json(morning: Morning) -> dict[str, Any]:
    """The object of `patronsync status --json` (docs/reference/commands.md)."""
    standing = morning.standing
    told = {
        "today": morning.today,
        "state": morning.state,
        "runs": [_run_json(run) for run in standing.runs] if standing else [],
        "patrons": None,
        "oldest_due": standing.due.oldest_due if standing else None,
        "quarantine": _by_code(standing.quarantine) if standing else {},
        "cases": _by_code(standing.cases) if standing else {},
        "questions": len(standing.questions) if standing else 0,
        "rules": [{"rule": proof.rule, "overdue": proof.overdue} for proof in standing.proofs] if standing else [],
        "consumers": [_consumer_json(one) for one in standing.consumers] if standing else [],
        "registry": {
            "host": morning.registry_host,
            "reachable": morning.registry.ok is not False if morning.registry else None,
            "certificate_days": morning.certificate_days,
        },
        "database": {
            "host": morning.database,
            "server": morning.server,
            "revision": morning.schema.revision,
            "pending": morning.schema.pending,
            "current": morning.schema.current,
        },
        "hands": [{"said": hand.said, "remedy": hand.remedy} for hand in morning.hands],
        "warnings": morning.warnings,
    }
    if standing:
        due = standing.due
        in_quarantine = sum(group.number for group in standing.quarantine)
        told["patrons"] = {
            "due": due.due,
            "never_asked": due.never_asked,
            "overdue": due.overdue,
            "quarantined": in_quarantine,
        }
    return told


def _run_json(run: LastRun) -> dict[str, Any]:
    return {
        "run": run.run_id,
        "flow": run.flow,
        "kind": run.part,
        "today": run.today,
        "state": run.state,
        "started_at": run.started_at,
        "seconds": run.seconds,
        "look_ups": run.look_ups,
        "message": run.message,
    }


def _consumer_json(one: Consumer) -> dict[str, Any]:
    return {
        "consumer": one.consumer,
        "position": one.position,
        "waiting": one.waiting,
        "behind_seconds": round(one.behind_seconds, 1),
        "read_at": one.read_at,
        "stopped_position": one.stopped_position,
        "dead_on": one.dead_on,
    }


def _by_code(groups: Sequence[Group]) -> dict[str, int]:
    return {group.code: group.number for group in groups}


def standing_runs(standing: Standing, said: Words) -> tuple[list[str], list[list[object]]]:
    """Header and rows: the last run of each flow."""
    w = said["standing"]
    header = [w[name] for name in ("flow", "run", "today", "state", "started", "seconds", "checked", "left")]
    rows: list[list[object]] = []
    for run in sorted(standing.runs, key=_in_the_night_s_order):
        left = [run.counts[name] for name in ("failed", "left") if name in run.counts]
        rows.append(
            [
                name_of(run, said),
                run.run_id,
                run.today,
                said.say("run_state", run.state),
                _minute(run.started_at),
                w["still"] if run.seconds is None else run.seconds,
                run.counts.get("checked"),
                sum(left) if left else None,
            ]
        )
    return header, rows


def _in_the_night_s_order(run: LastRun) -> int:
    """The night, its steps in their turn, and whatever else there is as it stands."""
    order = [*NIGHTS, *(step.name for step in STEPS)]
    return order.index(run.flow) if run.flow in order else len(order)


def standing_facts(morning: Morning, said: Words) -> list[tuple[str, str]]:
    """Labels and what is to be said: everything but the runs."""
    w = said["standing"]
    facts: list[tuple[str, str]] = []
    if (standing := morning.standing) is not None:
        due = standing.due
        first = w["oldest"].format(day=due.oldest_due) if due.oldest_due else ""
        counted = {"due": due.due, "never_asked": due.never_asked, "overdue": due.overdue}
        facts += [
            (w["due"], w["due_said"].format(**counted) + first),
            (w["quarantine"], groups_in_words(standing.quarantine, "outcome", said)),
            (w["cases"], groups_in_words(standing.cases, "case_kind", said)),
            (w["questions"], "; ".join(question_line(question, said) for question in standing.questions) or w["none"]),
            (w["proof"], _proof(standing, w)),
            (w["feed"], "; ".join(_consumer(one, w) for one in standing.consumers) or w["feed_none"]),
        ]
    registry = morning.registry.said if morning.registry else w["registry_ours"]
    days = morning.certificate_days
    schema = morning.schema
    database = w["database_said"].format(host=morning.database, server=morning.server, revision=schema.revision)
    if schema.pending:
        database += w["pending"].format(pending=", ".join(schema.pending))
    elif not schema.current:
        database += w["definitions"]
    return [
        *facts,
        (w["registry"], registry),
        (w["certificate"], w["certificate_none"] if days is None else w["certificate_days"].format(days=days)),
        (w["database"], database),
    ]


def groups_in_words(groups: Sequence[Group], section: str, said: Words) -> str:
    """`not found 3 (since 2026-11-02), malformed answer 1 (since ...)`, or that there is none."""
    w = said["standing"]
    told = [
        w["group"].format(words=said.say(section, group.code), number=group.number, oldest=group.oldest)
        for group in groups
    ]
    return ", ".join(told) or str(w["none"])


def _consumer(one: Consumer, w: Any) -> str:
    since = w["feed_since"].format(moment=_minute(one.waiting_since)) if one.waiting_since else ""
    position = w["feed_nothing_read"] if one.position is None else w["feed_position"].format(position=one.position)
    return str(w["feed_said"].format(consumer=one.consumer, waiting=one.waiting)) + since + position


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(COPENHAGEN):%Y-%m-%d %H:%M}"


def _proof(standing: Standing, w: Any) -> str:
    if not standing.proofs:
        return str(w["proof_none"])
    left = ", ".join(f"{proof.rule} {proof.overdue}" for proof in standing.proofs if proof.overdue)
    run = standing.proofs[0].run_id
    return str(w["proof_bad"].format(rules=left, run=run) if left else w["proof_ok"].format(run=run))
