"""Pages of HTML that stand alone: no script, no request to anywhere. The frame they share is `templates/page.html`."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from flows.wording import Words


def render(name: str, page: Any, said: Words, section: str) -> str:
    """The page of `templates/NAME.html`, with the common styles and its own. `section`: where its words stand."""
    styles = Markup("").join(Markup(_source(f"{style}.css")) for style in ("page", name))  # our own files
    return _environment().get_template(f"{name}.html").render(page=page, w=said[section], style=styles)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("flows.reporting"), autoescape=True, undefined=StrictUndefined, trim_blocks=False
    )


def _source(name: str) -> str:
    environment = _environment()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]
