"""What agreements on net media and patrons may be, for property tests."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from mappers.net_media import Agreement, Block, Patron

SERVICES = ("film", "lyd")
CODES = ("0851", "0101", "0740", "0956", "0999", None)
DAYS = [date(2026, 2, 27) + timedelta(days=day) for day in range(5)] + [date(2028, 2, 29)]
BORN = [date(2008, 2, 29), date(2012, 2, 29), *(day.replace(year=day.year - 18, day=28) for day in DAYS[:2])]
BORN += [date(2008, 2, 28), date(2008, 3, 1), date(2010, 3, 2), date(2015, 5, 5), date(1950, 1, 1)]

days = st.sampled_from(DAYS)
ages = st.sampled_from([None, None, 0, 13, 15, 17, 18])


@st.composite
def agreement_lists(draw: st.DrawFn) -> list[Agreement]:
    """Agreements whose periods do not overlap."""
    found = []
    for service in SERVICES:
        for code in CODES[:3]:
            first = draw(st.sampled_from([None, date(2020, 1, 1), DAYS[1], DAYS[2]]))
            if first is None:
                continue
            last = draw(st.sampled_from([None, None, DAYS[2], DAYS[3]]))
            youngest, oldest = draw(ages), draw(ages)
            if youngest is not None and oldest is not None and oldest < youngest:
                oldest = None
            groups = draw(st.sampled_from([(), (), ("Barn",), ("Barn", "Hjemmel\u00e5ner")]))
            grace = draw(st.sampled_from([0, 0, 1, 2, 30]))
            found.append(Agreement(service, code or "", first, last, youngest, oldest, groups, grace))
            if last is not None and draw(st.booleans()):
                found.append(Agreement(service, code or "", last + timedelta(days=1), None, 18, None, (), 2))
    return found


patrons = st.builds(
    Patron,
    registry_status=st.sampled_from([1, 1, 1, 3, None, 30, 5, 20, 70, 80, 90]),
    municipality_code=st.sampled_from(CODES[:2] * 3 + CODES),
    birth_date=st.sampled_from([None, *BORN]),
    patron_group=st.sampled_from([None, "Voksen", "Barn"]),
    blocks=st.lists(
        st.builds(Block, st.sampled_from(["fees", "stolen card"]), days),
        max_size=2,
        unique_by=lambda block: block.reason,
    ),
)
"""What a patron may be."""
