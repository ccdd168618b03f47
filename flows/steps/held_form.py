"""Every open question of a run, or of a night, in one form: a field for each run, rule or service that is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from prefect.input import RunInput
from pydantic import Field, create_model

from db.runs.store import Question
from flows.reporting.parts import question_line
from flows.wording import Words

Form = type[RunInput]


@dataclass(frozen=True, slots=True)
class Held:
    """What one word is about: all of a run's questions, or those about one of its services or rules (`part`)."""

    run_id: int
    flow: str
    part: str | None
    questions: tuple[Question, ...]

    @property
    def field(self) -> str:
        """Its name in the form, the same each time that the form is made."""
        return f"question_{self.questions[0].approval_id}"


def held_by(questions: Sequence[Question]) -> list[Held]:
    """What the questions are about, in the order in which they were asked."""
    found: dict[tuple[int, str | None], list[Question]] = {}
    for question in sorted(questions, key=lambda one: one.approval_id):
        found.setdefault((question.run_id, question.counts.get("part")), []).append(question)
    return [Held(run_id, asked[0].flow, part, tuple(asked)) for (run_id, part), asked in found.items()]


def form_of(held: Sequence[Held], said: Words) -> Form:
    """The form, made for these questions. Each field wants one of the three words; none is there beforehand."""
    fields: dict[str, Any] = {one.field: (Literal["apply", "skip", "abort"], _field(one, said)) for one in held}
    form: Form = create_model("OperatorsWords", __base__=RunInput, **fields)
    return form


def _field(held: Held, said: Words) -> Any:
    lines = [*(question_line(question, said) for question in held.questions), said["nightly"]["words"]]
    return Field(title=f"{held.flow}: {held.part}" if held.part else held.flow, description=". ".join(lines))


def form_text(run_id: int, held: Sequence[Held], said: Words, *, whole: Literal["night", "run"]) -> str:
    """What stands above the form of a whole night, or of one run, in Markdown: numbers alone."""
    w = said["nightly"]
    lines = [f"**{w[f'{whole}_held'].format(run=run_id)}**", ""]
    for one in held:
        lines += [f"- {one.flow}: {question_line(question, said)}" for question in one.questions]
        patrons = len(one.questions[0].held)
        lines += [f"- {one.flow}: {w['patrons_held'].format(count=patrons)}"] if patrons else []
    return "\n".join([*lines, "", w[f"{whole}_answer_all"]])
