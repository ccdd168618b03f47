"""The one name that the library keeps (docs/reference/rules.md, "Name")."""

from __future__ import annotations

from cpr_client.person import Name


def patron_name(name: Name) -> str | None:
    """The addressing name, as on letters and on the health card; never split, never composed if it is there.

    Where it is empty: first, middle and last name joined. None where those are empty too (a child
    not yet named): the library's own name then stays.
    """
    if name.addressing:
        return name.addressing
    return " ".join(part for part in (name.first, name.middle, name.last) if part) or None
