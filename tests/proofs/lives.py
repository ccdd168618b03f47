"""Made-up people of whom every table holds something, each recognized anywhere by a mark of their own.

lives = Lives(connection, random)
one = lives.live()            a patron with a row of every kind
lives.bring_together(20)      children, guardians, cases: some of them about who is protected
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from psycopg.types.json import Jsonb

from db.connect import Connection
from tests.fixtures.library import DAY

SERVICE = "ebooks"


@dataclass
class Person:
    """A made-up person. `mark`: stands in all that is theirs. `patron_number` None: a guardian who is no patron.

    `protected`: None where the registry has not spoken about them.
    """

    mark: str
    cpr_number: str
    former: str
    patron_number: str | None
    protected: bool | None
    cards: tuple[str, ...] = ()
    guardian_id: int | None = None
    with_protected: set[str] = field(default_factory=set)

    @property
    def email(self) -> str:
        """Their e-mail address."""
        return f"{self.mark}@post.example"

    @property
    def mobile(self) -> str:
        """Their mobile number."""
        return f"+45{int(self.mark[2:]):08}"

    @property
    def landline(self) -> str:
        """Their landline number."""
        return f"+46{int(self.mark[2:]):08}"

    @property
    def identifiers(self) -> list[str]:
        """By what they would be found in a table that nobody thought of."""
        known = [self.patron_number, self.cpr_number, self.former, self.email, self.mobile, self.landline, *self.cards]
        return [one for one in known if one]

    @property
    def may_be_told_of(self) -> bool:
        """Whether something of them may be told to somebody else whom it concerns."""
        return self.protected is False


class Lives:
    """Makes people, and what is kept about them."""

    def __init__(self, connection: Connection, chance: random.Random) -> None:
        self.connection, self.random = connection, chance
        self.people: list[Person] = []
        self.made = 0
        self.run = connection.execute(
            "INSERT INTO sync.run (flow, today, state, ended_at) VALUES ('registry-refresh', %s, 'done', now())"
            " RETURNING run_id",
            [DAY],
        ).fetchone()[0]  # type: ignore[index]
        connection.execute("INSERT INTO library.net_media_service VALUES (%s, 'E-books for all')", [SERVICE])

    def live(self, protected: bool | None = False) -> Person:
        """A patron with a row of every kind."""
        person = self._person(protected, patron=True)
        self._patron(person)
        self._borrowing(person)
        self._worker(person)
        return person

    def guardian(self, protected: bool | None = False) -> Person:
        """A guardian who is no patron."""
        person = self._person(protected, patron=False)
        self._guardian_row(person)
        self._add("sync.registry_access", guardian_id=person.guardian_id, **self._asked())
        self._add(
            "sync.disclosure",
            guardian_id=person.guardian_id,
            os_user="clerk",
            reason=f"{person.mark} ringer",
            at=self._moment(),
        )
        return person

    def link(self, child: Person, guardian: Person, source: str = "registry", **columns: Any) -> None:
        """A link between the two, with the custody that it is by, and a case about it."""
        if guardian.guardian_id is None:
            self._guardian_row(guardian)
        kind = self.random.choice(["mother", "father", "other holder"])
        enrolled = {"signed_on": self._day(), "confirmed": self.random.random() < 0.5} if source == "enrolled" else {}
        both = {"patron_number": child.patron_number, "guardian_id": guardian.guardian_id, "source": source}
        self._add("library.guardian_link", **both, kind=kind, valid_from=self._day(), **enrolled, **columns)
        number = self.random.choice([guardian.cpr_number, guardian.cpr_number, guardian.former])
        self._add("library.custody", patron_number=child.patron_number, kind=kind, cpr_number=number)
        about = Jsonb({"guardian": guardian.guardian_id})
        self._case(child, self.random.choice(["guardian not confirmed", "guardian is a minor"]), about)

    def same_person(self, one: Person, other: Person) -> None:
        """A case that says that two patrons are one person."""
        self._case(one, "duplicate patron", Jsonb({"other_patron": other.patron_number}))

    def bring_together(self, times: int) -> None:
        """Links between people, at random: nobody to themselves, nobody twice to the same."""
        patrons = [person for person in self.people if person.patron_number]
        pairs = [(child, guardian) for child in patrons for guardian in self.people if child is not guardian]
        for child, guardian in self.random.sample(pairs, min(times, len(pairs))):
            if self.random.random() < 0.2 and guardian.patron_number:
                self.same_person(child, guardian)
            else:
                self.link(child, guardian, self.random.choice(["registry", "enrolled"]))

    def _person(self, protected: bool | None, *, patron: bool) -> Person:
        self.made += 1
        numbers = [f"{1 + self.made % 28:02}{1 + half * 6:02}70{1000 + self.made:04}" for half in (0, 1)]
        mark = f"Zq{self.made:05}"
        number = f"L{mark}" if patron else None
        cards = (f"K{mark}", numbers[0]) if patron else ()
        person = Person(mark, numbers[0], numbers[1], number, protected, cards)
        self.people.append(person)
        return person

    def _facts(self, person: Person) -> dict[str, Any]:
        """What the registry has said of them, and of a guardian, too."""
        mark = person.mark
        return {
            "cpr_number": person.cpr_number,
            "name": f"{mark} Navn",
            "birth_date": date(1970, 1, 1) + timedelta(days=self.made),
            "birth_date_uncertain": True,
            "address_kind": "residential",
            "co_name": f"{mark} co",
            "street": f"{mark}vej 1",
            "address_lines": [f"{mark} linje"],
            "town": f"{mark} by",
            "postal_code": "9000",
            "postal_district": f"{mark} distrikt",
            "contact_lines": [f"{mark} kontakt"],
            "contact_from": self._day(),
            "contact_to": DAY + timedelta(days=90),
            "registry_status": None if person.protected is None else 1,
            "registry_status_date": self._day(),
            "protection_flag": person.protected,
            "protected_from": None,
            "protected_to": None,
            "email": person.email,
        }

    def _patron(self, person: Person) -> None:
        mark, number = person.mark, person.patron_number
        home = {"road_code": "7200", "house_number": "1", "floor": "2", "door": "tv"}
        self._add("library.branch", branch=f"{mark}-filial", name=f"{mark} filialen")
        self._add("library.patron_group", patron_group=f"{mark}-gruppe", name=f"{mark} gruppen")
        self._add(
            "library.patron",
            patron_number=number,
            **self._facts(person),
            **home,
            country="5100",
            last_residence=Jsonb({"street": f"{mark} forhen"}),
            municipality_code="0851",
            patron_group=f"{mark}-gruppe",
            home_branch=f"{mark}-filial",
            language="da",
            internal_note=f"{mark} intern",
            note_to_patron=f"{mark} note",
        )
        theirs = {"patron_number": number}
        self._add("library.former_cpr_number", cpr_number=person.former, until=self._day(), **theirs)
        self._add("library.patron_phone", kind="mobile", number=person.mobile, **theirs)
        self._add("library.patron_phone", kind="landline", number=person.landline, **theirs)
        for card in person.cards:
            self._add("library.patron_card", card_number=card, **theirs)
            self._add("library.card_pin", card_number=card, pin_hash=f"sha256${mark}${'0' * 64}")
            self._add("sync.card_try", card_digest=sha256(card.encode()).digest(), wrong_tries=1)
        self._add("library.absence", absent_from=DAY, absent_to=DAY + timedelta(days=9), **theirs)
        self._add("library.block", reason=f"{mark} stjålet", source="staff", since=self._day(), **theirs)
        if self.random.random() < 0.3:
            self._add("library.legal_hold", reason=f"{mark} sag", placed_on=self._day(), **theirs)
        else:
            self._add("library.legal_hold", reason=f"{mark} sag", placed_on=self._day(), lifted_on=DAY, **theirs)
        self._add("library.net_media_right", service=SERVICE, granted=False, reason="blocked", since=DAY, **theirs)

    def _borrowing(self, person: Person) -> None:
        mark, theirs = person.mark, {"patron_number": person.patron_number}
        for n in range(self.random.randint(1, 3)):
            what = {"item_number": f"{mark}-e{n}", "title": f"{mark} titel {n}", "author": f"{mark} forfatter {n}"}
            loan = {"loan_number": f"{mark}-u{n}"}
            back = self.random.choice([None, self._moment()])
            self._add("library.loan", **loan, **what, lent_at=self._moment(), due_on=DAY, returned_at=back, **theirs)
            ended = self.random.choice([None, self._moment()])
            self._add(
                "library.reservation",
                reservation_number=f"{mark}-r{n}",
                **what,
                reserved_at=self._moment(),
                pickup_branch=f"{mark}-filial",
                deleted_at=ended,
                **theirs,
            )
            charge = {"charge_number": f"{mark}-g{n}"}
            self._add(
                "library.charge", **charge, **loan, kind="fee", amount="20.50", charged_at=self._moment(), **theirs
            )
            paid = self.random.choice(["20.50", "10.00"])
            self._add("library.payment", payment_number=f"{mark}-b{n}", **charge, amount=paid, paid_at=self._moment())
            text = {"text": f"{mark} besked {n}, {person.cpr_number}", **loan, **what}
            about = self.random.choice([{}, text])
            self._add(
                "library.message",
                message_number=f"{mark}-m{n}",
                channel=self.random.choice(["sms", "email"]),
                kind="reminder",
                sent_at=self._moment(),
                **about,
                **theirs,
            )
            self._add("sync.forgotten", kind="loan", number=f"{mark}-f{n}", day=DAY)

    def _worker(self, person: Person) -> None:
        theirs = {"patron_number": person.patron_number}
        for _ in range(self.random.randint(1, 3)):
            self._add("sync.registry_access", **theirs, **self._asked())
            self._add("sync.disclosure", **theirs, os_user="clerk", reason=f"{person.mark} ringer", at=self._moment())
            self._add("sync.change", **theirs, kind="patron.address", fields=["street"], at=self._moment())
        self._add("sync.quarantine", **theirs, reason="malformed", detail="status", since=self._day(), closed_on=DAY)
        self._add("sync.claim", **theirs, claimant=1, lease_until=self._moment())
        self._case(person, "uncertain birth date", Jsonb({}))
        checked = "UPDATE sync.patron_check SET checked_at = %s, checked_on = %s WHERE patron_number = %s"
        self.connection.execute(checked, [self._moment(), DAY, person.patron_number])
        named = {"parameters": Jsonb({"patron_numbers": [person.patron_number]}), "today": DAY}
        self._add("sync.run", flow="registry-refresh", **named)
        held = [person.patron_number]
        answered = {"word": "apply", "answered_at": self._moment(), "answered_by": "clerk"}
        self._add("sync.approval", run_id=self.run, flow="registry-refresh", rule="dead", held=held, **answered)

    def _guardian_row(self, person: Person) -> None:
        """Their row as a guardian: of who is a patron what the form said, too."""
        row = {"patron_number": person.patron_number, "mobile": person.mobile, "landline": person.landline}
        columns = {**self._facts(person), **row}
        names, marks = ", ".join(columns), ", ".join(f"%({name})s" for name in columns)
        found = self.connection.execute(
            f"INSERT INTO library.guardian ({names}) VALUES ({marks}) RETURNING guardian_id",  # type: ignore[arg-type]
            columns,
        ).fetchone()
        assert found is not None
        person.guardian_id = found[0]
        former = {"cpr_number": person.former, "guardian_id": person.guardian_id}
        self._add("library.former_guardian_number", **former)
        self._add("sync.guardian_claim", guardian_id=person.guardian_id, claimant=1, lease_until=self._moment())

    def _case(self, person: Person, kind: str, detail: Jsonb) -> None:
        closed = {"closed_on": DAY, "closed_by": "clerk", "closing_word": "known"}
        more = closed if self.random.random() < 0.5 else {}
        self._add(
            "library.staff_case",
            patron_number=person.patron_number,
            kind=kind,
            since=self._day(),
            detail=detail,
            **more,
        )

    def _asked(self) -> dict[str, Any]:
        return {"asked_at": self._moment(), "purpose": "registry refresh", "run_id": self.run, "outcome": "unchanged"}

    def _day(self) -> date:
        return DAY - timedelta(days=self.random.randint(1, 300))

    def _moment(self) -> datetime:
        return datetime(2026, 2, 28, 12, tzinfo=UTC) - timedelta(minutes=self.random.randint(1, 300_000))

    def _add(self, table: str, **columns: Any) -> None:
        names, marks = ", ".join(columns), ", ".join(f"%({name})s" for name in columns)
        self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", columns)  # type: ignore[call-overload]
