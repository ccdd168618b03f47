"""A patron's rights to net media, rule by rule: for a script, and in words to read to the patron at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flows.wording import Words
from mappers.municipalities import MUNICIPALITIES
from mappers.net_media import AGREEMENT, Explanation, Patron, Right, Verdict


def explained_json(
    number: str, today: date, explained: Mapping[str, Explanation], held: Mapping[str, Right | None]
) -> dict[str, Any]:
    """The object of `patronsync net-media --explain NUMBER --json` (docs/reference/commands.md)."""
    return {
        "patron_number": number,
        "today": today.isoformat(),
        "services": [
            {
                "service": service,
                "granted": found.right.granted,
                "reason": found.right.reason,
                "since": found.right.since.isoformat(),
                "until": _iso(found.right.until),
                "may_change_on": _iso(found.may_change_on),
                "on_record": _as_recorded(held[service], found.right),
                "rules": [
                    {
                        "rule": verdict.rule,
                        "passes": verdict.passes,
                        "reason": verdict.reason,
                        "may_change_on": _iso(verdict.may_change_on),
                    }
                    for verdict in found.verdicts
                ],
            }
            for service, found in explained.items()
        ],
    }


def explained_lines(patron: Patron, service: str, found: Explanation, held: Right | None, said: Words) -> list[str]:
    """One service in words: the answer, each rule with its outcome, and when it may change."""
    w = said["net_media_explained"]
    right = found.right
    answer = w["granted" if right.granted else "refused"].format(service=service)
    lines = [answer, *(f"  - {_sentence(patron, verdict, right, said)}" for verdict in found.verdicts)]
    if found.may_change_on:
        lines.append("  " + w["next_change"].format(day=found.may_change_on))
    if not _as_recorded(held, right):
        lines.append("  " + w["not_on_record"])
    return lines


def _sentence(patron: Patron, verdict: Verdict, right: Right, said: Words) -> str:
    code = patron.municipality_code
    listed = MUNICIPALITIES.get(code or "")
    municipality = f"{code} {listed.name}" if listed else code or said["net_media_explained"]["no_municipality"]
    values = {"municipality": municipality, "until": right.until, "group": patron.patron_group}
    if verdict.passes is None:
        text = said.say("net_media_not_asked", verdict.rule)
    elif verdict.reason is not None and (not verdict.passes or verdict.rule == AGREEMENT):
        text = said.say("net_media_because", verdict.reason, **values)
    else:
        text = said.say("net_media_passes", verdict.rule, **values)
    changes = said["net_media_explained"]["may_change"].format(day=verdict.may_change_on)
    return f"{text} {changes}" if verdict.may_change_on else text


def _as_recorded(held: Right | None, right: Right) -> bool:
    return held is not None and (held.granted, held.reason) == (right.granted, right.reason)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
