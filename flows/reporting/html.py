"""Pages of HTML that stand alone: no script, no request to anywhere. The frame they share is `templates/page.html`."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from flows.wording import Words

_DAY = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?")


def render(name: str, page: Any, said: Words, section: str) -> str:
    """The page of `templates/NAME.html`, with the common styles and its own. `section`: where its words stand."""
    styles = Markup("").join(Markup(_source(f"{style}.css")) for style in ("page", name))  # our own files
    return _environment().get_template(f"{name}.html").render(page=page, w=said[section], style=styles)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("flows.reporting"), autoescape=True, undefined=StrictUndefined, trim_blocks=False
    )
    made.tests["day"] = _is_day
    return made


def _is_day(text: str) -> bool:
    """Whether a text is a day or a time, which is not to be broken over two lines."""
    return _DAY.fullmatch(text) is not None


def _source(name: str) -> str:
    environment = _environment()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]
