"""The kinds of addresses, declared once (docs/reference/rules.md, "Address")."""

from __future__ import annotations

RESIDENTIAL = "residential"
CONTACT = "contact"
ADMINISTRATIVE = "administrative"
FOREIGN = "foreign"
LAST_KNOWN = "last known"
AS_IMPORTED = "as imported"
NONE = "none"

KINDS = (RESIDENTIAL, CONTACT, ADMINISTRATIVE, FOREIGN, LAST_KNOWN, AS_IMPORTED, NONE)
"""All kinds: `administrative` is a special road code, no place to post to; `last known` is not
current; `as imported` came in an extract, before the registry spoke; `contact` is never stored as
the base address."""

REMEMBERED = frozenset({RESIDENTIAL, AS_IMPORTED, LAST_KNOWN})
"""The kinds that are kept as the last residence when the base address becomes another."""

PLACED = frozenset({RESIDENTIAL, ADMINISTRATIVE})
"""The kinds that a residence in Denmark or Greenland gives."""
