"""What links, cases, groups and guardians must be after each night: dicts and loops, written from the rules alone.

The rules are docs/reference/rules.md, "Guardians of minors"; nothing of the product is imported. The oracle is told
what staff do (who becomes a patron, which forms are signed, which cases are closed), and reads the registry as it is
that night: a dict of persons with the keys of a persons file. Where the rules leave something open, it takes these
readings:

- an enrolled link is never ended by the registry; a later form by somebody else for the same child ends the earlier one
  on the day on which the later one was signed;
- while a case `uncertain birth date` stands, nothing is decided for that child; links and group stay until the day on
  which staff close it;
- a case that staff closed is not raised again before its cause was gone; an answer that can't be read, or is about
  somebody else, does not end the case that the registry knows no such guardian;
- the cases of a child who is dead or grown up are closed; whose death is annulled once they are grown up was no minor;
- of a child about whom the registry has not spoken, not even the age is known: no holder and no case for want of one,
  but a case about the guardian who signed for it, where there is cause;
- a guardian is one person under all numbers that the library has seen lead to each other: a case or a link that stays
  the same stays, whichever number it was begun under;
- a changed number that leads to somebody who is a patron or a guardian already is not asked about on that account;
- custody that one holder has in one way without a night between is one link, with the days that the registry gives now;
- who is named by custody that lies ahead is somebody already, has not had the last link yet, and is not forgotten;
- a look-up is owed about each guardian who is no patron and has a link in force to a minor, when it is due; so, the
  same night, about one who only then proves to be who holds custody under another number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from itertools import pairwise

from tests.proofs.guardian_facts import (
    ADULT_GROUP,
    CHILD_GROUP,
    FATHER,
    MOST_STEPS,
    MOTHER,
    NOBODY,
    OTHER,
    UNKNOWN,
    Asked,
    Case,
    Facts,
    Known,
    Link,
    Patron,
    day,
    eighteenth,
    in_force,
    in_force_link,
)


class Oracle:
    """A library's guardians. `registry`: number -> facts, as it stands when it is asked."""

    def __init__(self, registry: dict[str, Facts], interval: int = 1) -> None:
        self.registry = registry
        self.interval = interval
        self.patrons: dict[str, Patron] = {}
        self.holders: dict[str, str] = {}  # number in force -> patron number
        self.former: dict[str, str] = {}  # number -> patron number
        self.outside: dict[str, Known] = {}  # number in force -> what is known of a guardian who is no patron
        self.leads: dict[str, str] = {}  # a number that was followed -> the one that it led to
        self.links: dict[str, list[Link]] = {}
        self.cases: dict[str, list[Case]] = {}

    # What staff do ---------------------------------------------------------------------------------------------------

    def enrol(self, patron_number: str, cpr_number: str, group: str) -> None:
        """Somebody becomes a patron; who was a guardian stays the same person."""
        self.patrons[patron_number] = Patron(cpr_number, group)
        self.holders[cpr_number] = patron_number
        self.links.setdefault(patron_number, [])
        self.cases.setdefault(patron_number, [])
        self._unite()

    def drop(self, patron_number: str) -> None:
        """Somebody is a patron no more, and forgotten as one; a guardian stays one.

        Of a guardian nothing is known then, but what was before, where the registry never spoke of the patron.
        """
        patron = self.patrons.pop(patron_number)
        number = patron.cpr_number
        del self.holders[number], self.links[patron_number], self.cases[patron_number]
        former = [old for old, holder in self.former.items() if holder == patron_number]
        guardian = False
        for link in self._all_links():
            if link.who == patron_number:
                link.who, guardian = number, True
        for case in self._all_cases():
            if case.who == patron_number:
                case.who = number
        for old in former:
            del self.former[old]
        if guardian:
            self.outside[number] = (patron.before if patron.known.facts is None else None) or Known()
            self.leads.update(dict.fromkeys(former, number))

    def form(self, child: str, number: str, signed_on: date) -> None:
        """A form is signed on paper: the child is enrolled by this guardian from now on."""
        who = self.person(number)
        for link in self.links[child]:
            if link.source == "enrolled" and link.to is None:
                if link.who == who:
                    return
                link.to, link.open = signed_on, False
        self.links[child].append(Link(who, "enrolled", None, signed_on, signed_on=signed_on))

    def close(self, child: str, today: date) -> None:
        """Staff close the open cases of a child."""
        for case in self.cases[child]:
            if case.closed_on is None:
                case.closed_on, case.by_staff = today, True
                if case.kind == "uncertain birth date":
                    self.patrons[child].settled = today

    # The refresh of patrons ------------------------------------------------------------------------------------------

    def refresh(self, today: date) -> None:
        """Every patron who is due is asked about."""
        for patron_number, patron in self.patrons.items():
            if not patron.known.is_due(today):
                continue
            numbers, outcome = self._follow(patron.cpr_number, patron_number)
            patron.known.answered(outcome, self.registry.get(numbers[-1]), today, self.interval)
            if outcome == "good" and len(numbers) > 1:
                self.former[patron.cpr_number] = patron_number
                self.former.pop(numbers[-1], None)
                self.holders.pop(patron.cpr_number)
                self.holders[numbers[-1]] = patron_number
                patron.cpr_number = numbers[-1]
            if outcome == "good" and patron.known.facts and self.stage(patron_number, today) == "minor":
                patron.as_minor = patron.known.facts
        self._unite()

    def _follow(
        self, number: str, patron_number: str | None = None, somebody: Collection[str] = ()
    ) -> tuple[list[str], str]:
        """The numbers asked about, and what came of the last.

        For a guardian the number of somebody whom the library has as a patron or a guardian is not asked about: the
        outcome is then `somebody`, and the last number theirs.
        """
        numbers = [number]
        while True:
            facts = self.registry.get(numbers[-1])
            if facts is None:
                return numbers, "not found"
            if facts.get("broken"):
                return numbers, "malformed"
            if facts["status"] == 30:
                return numbers, "number annulled"
            if facts["status"] not in (50, 60):
                return numbers, "good"
            successor = facts["successor"]
            if successor in numbers or len(numbers) > MOST_STEPS:
                return numbers, "successor circle"
            if patron_number is None:
                numbers.append(successor)
                if self.person(successor) in self.patrons or self.person(successor) in somebody:
                    return numbers, "somebody"
            else:
                if self.holders.get(successor) not in (None, patron_number):
                    return numbers, "duplicate patron"
                numbers.append(successor)

    # Who is who ------------------------------------------------------------------------------------------------------

    def person(self, number: str) -> str:
        """Whom the library takes a number for: a patron number, else the guardian's number in force."""
        passed = {number}
        while True:
            patron = self.holders.get(number) or self.former.get(number)
            if patron is not None:
                return patron
            if self.leads.get(number, number) in passed:
                return number
            number = self.leads[number]
            passed.add(number)

    def _unite(self) -> None:
        """Links, cases and knowledge go over to who a guardian has proved to be."""
        for link in self._all_links():
            link.who = self._united(link.who)
        for child, cases in self.cases.items():
            self.cases[child] = self._of_the_united(cases)
        for number in list(self.outside):
            if (who := self.person(number)) != number:
                known = self.outside.pop(number)
                if who in self.patrons and self.patrons[who].before is None:
                    self.patrons[who].before = known

    def _of_the_united(self, cases: list[Case]) -> list[Case]:
        """The cases, each about who the guardian has proved to be. Of two that are the same now, one stays."""
        kept: list[Case] = []
        for case in sorted(cases, key=lambda case: (self._united(case.who) != case.who, case.since)):
            who = self._united(case.who)
            twice = any((other.kind, other.who) == (case.kind, who) and other.stands() for other in kept)
            if who == case.who or not (case.stands() and twice):
                case.who = who
                kept.append(case)
        return kept

    def _united(self, who: str) -> str:
        return who if who == NOBODY or who in self.patrons else self.person(who)

    def known(self, who: str) -> Known:
        """What is known of a guardian."""
        return self.patrons[who].shown() if who in self.patrons else self.outside.setdefault(who, Known())

    def _all_links(self) -> Iterator[Link]:
        for links in self.links.values():
            yield from links

    def _all_cases(self) -> Iterator[Case]:
        for cases in self.cases.values():
            yield from cases

    # The night's work on guardians -----------------------------------------------------------------------------------

    def night(self, today: date, look_ups: bool = True) -> Asked:
        """Decides for every child, and forgets the guardians whose day it is."""
        asked = Asked()
        self._unite()
        if look_ups:
            self._look_up(today, asked)
        for child in self.patrons:
            self._decide(child, today, asked)
        self._forget(today)
        return asked

    def stage(self, child: str, today: date) -> str:
        """`minor`, `uncertain` (18 by a birth date that is in doubt), `adult`, `dead`, or `unknown`.

        `stranger`: 18 by a birth date in doubt, and never known as a minor.
        """
        patron = self.patrons[child]
        if patron.known.status() == 90:
            return "dead"
        born = patron.known.born()
        if born is None:
            return "unknown"
        if today < eighteenth(born):
            return "minor"
        facts = patron.known.facts
        assert facts is not None
        if facts.get("birth_date_uncertain") and not patron.settled:
            return "uncertain" if patron.seen else "stranger"
        return "adult"

    def _holders(self, child: str, today: date) -> list[tuple[str, str, date | None, date | None]]:
        """(who, kind, from, to) of each custody entry in force today."""
        facts = self.patrons[child].known.facts
        assert facts is not None
        found = []
        for entry in facts.get("custody", ()):
            if in_force(entry, today):
                who, kind = self._holder_of(facts, entry)
                found.append((who, kind, day(entry.get("start")), day(entry.get("delete"))))
        return found

    def _holder_of(self, facts: Facts, entry: Facts) -> tuple[str, str]:
        number = {3: facts.get("mother"), 4: facts.get("father")}.get(entry["type"], entry.get("holder"))
        if not number or number == "0000000000":
            return NOBODY, UNKNOWN
        return self.person(number), {3: MOTHER, 4: FATHER}.get(entry["type"], OTHER)

    def _look_up(self, today: date, asked: Asked) -> None:
        """Outside guardians of tonight's links, once each, with what their numbers lead to, until nobody is due."""
        done: set[str] = set()
        while due := [number for number in self._due(today) if number not in done]:
            done |= set(due)
            self._ask(due, today, asked)
            self._unite()

    def _ask(self, due: list[str], today: date, asked: Asked) -> None:
        somebody = {link.who for link in self._all_links()} | set(self._wanted(today)) | set(self._named(today))
        for number in due:
            numbers, outcome = self._follow(number, somebody=somebody)
            asked.owed |= set(numbers[:-1] if outcome == "somebody" else numbers)
            for before, after in pairwise(numbers):
                if outcome in ("good", "somebody"):
                    self.leads[before] = after
            if outcome == "good":
                end = self.known(numbers[-1])
                end.answered(outcome, self.registry[numbers[-1]], today, self.interval)
            elif outcome != "somebody":
                self.known(number).answered(outcome, None, today, self.interval)

    def _due(self, today: date) -> list[str]:
        outside = sorted({who for who in self._wanted(today) if who != NOBODY and who not in self.patrons})
        return [number for number in outside if self.known(number).is_due(today)]

    def _wanted(self, today: date) -> list[str]:
        """Who holds custody of a minor tonight, or has signed."""
        wanted: list[str] = []
        for child, links in self.links.items():
            stage = self.stage(child, today)
            if stage == "minor":
                wanted += [who for who, *_ in self._holders(child, today)]
            if stage in ("minor", "unknown", "uncertain"):
                standing = [link for link in links if in_force_link(link, today)]
                wanted += [link.who for link in standing if link.source == "enrolled" or stage == "uncertain"]
        return wanted

    def _decide(self, child: str, today: date, asked: Asked) -> None:
        patron, links = self.patrons[child], self.links[child]
        stage = self.stage(child, today)
        patron.seen = stage != "dead" and (patron.seen or stage == "minor" or (stage == "unknown" and bool(links)))
        wanted: list[tuple[str, str]] = []
        if stage == "stranger":
            return
        if stage == "uncertain":
            if not any(case.kind == "uncertain birth date" and not case.closed_on for case in self.cases[child]):
                self._raise(child, [("uncertain birth date", NOBODY)], today, asked, keep=True)
            return
        if stage in ("minor", "unknown"):
            if stage == "minor":
                self._keep_links(child, today, asked)
            wanted = self._wanted_cases(child, today)
        else:
            last = self._last_day(child, today)
            for link in links:
                if link.open:
                    link.to = min(link.to, last) if link.to and last else last
            if stage == "adult" and patron.group == CHILD_GROUP:
                patron.group = ADULT_GROUP
                asked.told.add((child, "patron.group"))
        for link in links:
            if link.open and not in_force_link(link, today):
                link.open = False
                asked.told.add((child, "guardian.ended"))
        self._raise(child, wanted, today, asked)

    def _last_day(self, child: str, today: date) -> date:
        """The day on which the links of a child end who is grown up or dead."""
        patron = self.patrons[child]
        facts, born = patron.known.facts, patron.known.born()
        assert facts is not None
        days = [today]
        if facts["status"] == 90:
            days += [day(facts["status_date"]) or today]
        if born is not None and not facts.get("birth_date_uncertain"):
            days.append(eighteenth(born))
        elif born is not None and patron.settled:
            days.append(max(eighteenth(born), patron.settled))
        return min(days)

    def _keep_links(self, child: str, today: date, asked: Asked) -> None:
        facts, links = self.patrons[child].known.facts, self.links[child]
        assert facts is not None
        holders = self._holders(child, today)
        for who, kind, start, to in holders:
            same = [link for link in links if (link.who, link.source, link.kind) == (who, "registry", kind)]
            [held, *_] = (
                [link for link in same if link.open] or [link for link in same if link.start == start] or [None]
            )
            if held is None:
                held = Link(who, "registry", kind, start)
                links.append(held)
                asked.told.add((child, "guardian.linked"))
            elif not held.open:
                held.open = True
                asked.told.add((child, "guardian.linked"))
            elif not any(link.start == start for link in same):
                held.start = start
            held.to = to
        wanted = {(who, kind) for who, kind, *_ in holders}
        for link in links:
            if link.source == "registry" and link.open and (link.who, link.kind) not in wanted:
                link.to = self._ended_on(facts, link, today)
        kinds = {who: kind for who, kind, *_ in holders}
        for link in links:
            if link.source == "enrolled" and in_force_link(link, today):
                link.confirmed = link.who in kinds
                link.kind = kinds.get(link.who)

    def _ended_on(self, facts: Facts, link: Link, today: date) -> date:
        """The delete date of its entry, else the day it was to end on, else the day that found it gone."""
        for entry in facts.get("custody", ()):
            gone = day(entry.get("delete"))
            began_before = gone and (link.start is None or link.start < gone)
            if gone and gone <= today and began_before and self._holder_of(facts, entry) == (link.who, link.kind):
                return gone
        return link.to if link.to and link.to <= today else today

    def _wanted_cases(self, child: str, today: date) -> list[tuple[str, str]]:
        spoken = self.patrons[child].known.facts is not None
        holders = self._holders(child, today) if spoken else []
        found = []
        if spoken and not holders:
            found.append(("no holder of custody", NOBODY))
        if any(who == NOBODY for who, *_ in holders):
            found.append((UNKNOWN, NOBODY))
        for link in self.links[child]:
            if not in_force_link(link, today) or link.who == NOBODY:
                continue
            troubles = self._troubles_of(child, link.who, today)
            found += [(kind, link.who) for kind in troubles if (kind, link.who) not in found]
            if link.source == "enrolled" and link.confirmed is False:
                found.append(("guardian not confirmed", link.who))
        return found

    def _troubles_of(self, child: str, who: str, today: date) -> list[str]:
        known = self.known(who)
        told = any((case.kind, case.who) == ("guardian not found", who) and case.stands() for case in self.cases[child])
        born = known.born()
        troubles = {
            "guardian not found": known.trouble == "not found"
            or (told and known.trouble in ("malformed", "mismatched")),
            "guardian deceased": known.status() == 90,
            "guardian disappeared": known.status() == 70,
            "guardian is a minor": born is not None and today < eighteenth(born),
        }
        return [kind for kind, stands in troubles.items() if stands]

    def _raise(
        self, child: str, wanted: list[tuple[str, str]], today: date, asked: Asked, *, keep: bool = False
    ) -> None:
        cases = self.cases[child]
        before = {(case.kind, case.who) for case in cases if case.stands()}
        for kind, who in wanted:
            if (kind, who) not in before:
                cases.append(Case(kind, who, today))
                asked.told.add((child, "guardian.case"))
        for case in cases:
            if (case.kind, case.who) in wanted or keep or case.over:
                continue
            case.over = True
            if case.closed_on is None:
                case.closed_on = today
                asked.told.add((child, "guardian.case"))

    def _named(self, today: date) -> Iterator[str]:
        """Whom the custody of a minor names, in force or ahead."""
        for child in self.patrons:
            if self.stage(child, today) in ("minor", "uncertain"):
                facts = self.patrons[child].as_minor
                for entry in facts.get("custody", ()):
                    if (delete := day(entry.get("delete"))) is None or today < delete:
                        yield self._holder_of(facts, entry)[0]

    def _forget(self, today: date) -> None:
        """Who is no patron goes 30 days after the last link ended, and the links go, too."""
        ends: dict[str, list[date]] = {}
        for link in self._all_links():
            ends.setdefault(link.who, []).append(link.to or date.max)
        ahead = set(self._named(today))
        last_day = today - timedelta(days=30)
        due = [number for number in self.outside.keys() - ahead if number in ends and max(ends[number]) <= last_day]
        for number in due:
            del self.outside[number]
            self.leads = {old: new for old, new in self.leads.items() if self.person(old) != number}
        for child, links in self.links.items():
            self.links[child] = [link for link in links if link.who not in due]
