"""The registry client against three others, on the same server, the same answers and keep-alive for all.

`ours`, `zeep_as_it_comes`, `requests_and_xmltodict` and `floor` each run in a process of their own; what is compared is
the CPU that the process spends on a look-up (one thread, no latency), and look-ups a second (20 ms, 32 in flight).
"""

from __future__ import annotations

import http.client
import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from bench.people import cpr_number
from bench.processes import cpu_seconds, process
from bench.registry import registry
from bench.results import Figure, interleaved, ratio
from bench.sizes import Sizes

CONCURRENCY = 32
LATENCY = 0.02

ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    '<v:PersonLookupRequest xmlns:v="http://serviceplatformen.dk/xml/wsdl/soap11/CPR/PersonBaseDataExtended/5/">'
    '<p:PNR xmlns:p="http://serviceplatformen.dk/xml/schemas/cpr/PNR/1/">{}</p:PNR>'
    "</v:PersonLookupRequest></soap:Body></soap:Envelope>"
)
HEADERS = {
    "Content-Type": "text/xml; charset=utf-8",
    "SOAPAction": '"http://serviceplatformen.dk/xml/wsdl/soap11/CPR/PersonBaseDataExtended/5/PersonLookup"',
}


def measure(sizes: Sizes) -> Iterator[Figure]:
    """The four figures of the client."""
    yield from _one_thread(sizes)
    yield _many_in_flight(sizes)


def _one_thread(sizes: Sizes) -> Iterator[Figure]:
    contestants = {
        "ours": sizes.look_ups,
        "zeep_as_it_comes": max(50, sizes.look_ups // 5),
        "requests_and_xmltodict": max(50, sizes.look_ups // 3),
        "floor": sizes.look_ups,
    }
    with registry() as url, ExitStack() as stack:
        asks = {name: stack.enter_context(process("bench.client", name, f"{url}1")) for name in contestants}
        each = [_cpu_of_one(asks[name], look_ups) for name, look_ups in contestants.items()]
        interleaved(1, *each)  # connections, caches: not measured
        measured = dict(zip(contestants, interleaved(sizes.rounds, *each), strict=True))
    ours = measured["ours"]
    for name, others, against, limit in (
        ("client against zeep as it comes", "zeep_as_it_comes", "zeep", 5),
        ("client against requests + xmltodict", "requests_and_xmltodict", "requests + xmltodict", 3),
        ("client against the floor", "floor", "the floor", 0.4),
    ):
        detail = f"CPU a look-up: {_ms(ours)} ms; {against} {_ms(measured[others])} ms"
        yield Figure(name, ratio(measured[others], ours), "times", "at least", limit, detail)


def _cpu_of_one(ask: Callable[..., Any], look_ups: int) -> Callable[[], float]:
    return lambda: float(ask(look_ups)) / look_ups


def _ms(seconds: list[float]) -> str:
    return f"{1000 * median(seconds):.3f}"


def _many_in_flight(sizes: Sizes) -> Figure:
    look_ups = sizes.look_ups_in_flight
    with registry(LATENCY) as url, ExitStack() as stack:
        asks = [
            stack.enter_context(process("bench.client", name, f"{url}1"))
            for name in ("ours_in_flight", "floor_in_flight")
        ]
        each = [_cpu_of_one(ask, look_ups) for ask in asks]
        for ask in asks:
            ask(4 * CONCURRENCY)
        ours, floor = interleaved(sizes.rounds, *each)
    detail = f"look-ups a second: {1 / median(ours):.0f}; the floor {1 / median(floor):.0f}"
    return Figure("client with 32 in flight against the floor", ratio(floor, ours), "times", "at least", 0.85, detail)


# What runs in the processes: each returns a function that makes so many look-ups and says what they took.


def ours(url: str) -> Callable[[int], float]:
    """Our client, one look-up after the other. CPU seconds."""
    from cpr_client import RegistryConfig, open_client

    client = open_client(RegistryConfig(url=url))

    def look_up(count: int) -> None:
        for index in range(count):
            client.lookup(cpr_number(index))

    return lambda count: cpu_seconds(lambda: look_up(count))


def zeep_as_it_comes(url: str) -> Callable[[int], float]:
    """zeep with its own transport, built once. CPU seconds."""
    import zeep

    from cpr_client.base_data.contract import wsdl_file

    client = zeep.Client(str(wsdl_file("5")))
    service = client.create_service(next(iter(client.wsdl.bindings)), url)

    def look_up(count: int) -> None:
        for index in range(count):
            assert service.PersonLookup(PNR=cpr_number(index).digits).persondata

    return lambda count: cpu_seconds(lambda: look_up(count))


def requests_and_xmltodict(url: str) -> Callable[[int], float]:
    """requests and xmltodict as existing clients in Python go about it. CPU seconds.

    They check the number, fill a Jinja template in, take the answer as text and flatten it into one dict. Here they are
    given what they lack: one session, so that connections are kept, and a template that is compiled once.
    """
    import requests
    import xmltodict
    from jinja2 import Template

    session = requests.Session()
    template = Template(ENVELOPE.replace("{}", "{{ number }}"))

    def ask(number: str) -> dict[str, Any]:
        assert re.match(r"^[0-9]{10}$", number)
        question = template.render(number=number).encode("latin-1")
        response = session.post(url, data=question, headers=HEADERS, timeout=30)
        response.raise_for_status()
        answer = xmltodict.parse(response.text)["soap:Envelope"]["soap:Body"]["PersonLookupResponse"]
        person = {**answer["persondata"], **(answer["persondata"].get("navn") or {})}
        person |= (answer.get("adresse") or {}).get("aktuelAdresse") or {}
        return {**person, "relationer": list((answer.get("relationer") or {}).items())}

    def look_up(count: int) -> None:
        for index in range(count):
            assert ask(cpr_number(index).digits)["personnummer"]

    return lambda count: cpu_seconds(lambda: look_up(count))


def floor(url: str) -> Callable[[int], float]:
    """As little as Python needs: http.client, a prebuilt envelope, one pass over the tree into a dict. CPU seconds."""
    ask = _floor_asks(url)

    def look_up(count: int) -> None:
        for index in range(count):
            assert ask(cpr_number(index).digits)

    return lambda count: cpu_seconds(lambda: look_up(count))


def _floor_asks(url: str) -> Callable[[str], dict[str, str | None]]:
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port)
    before, after = (text.encode() for text in ENVELOPE.split("{}"))
    parser = etree.XMLParser()

    def ask(digits: str) -> dict[str, str | None]:
        connection.request("POST", parts.path, before + digits.encode() + after, HEADERS)
        return one_pass(connection.getresponse().read(), parser)

    return ask


def one_pass(body: bytes, parser: etree.XMLParser) -> dict[str, str | None]:
    """The bare minimum of reading an answer: every element's text under its name, once over the tree."""
    return {element.tag: element.text for element in etree.fromstring(body, parser).iter()}


def ours_in_flight(url: str) -> Callable[[int], float]:
    """`lookup_many` with 32 in flight. Seconds."""
    from cpr_client import RegistryConfig, open_client

    client = open_client(RegistryConfig(url=url, concurrency=CONCURRENCY))

    def look_up(count: int) -> float:
        began = time.perf_counter()
        answered = sum(a.person is not None for a in client.lookup_many((n, cpr_number(n)) for n in range(count)))
        assert answered == count
        return time.perf_counter() - began

    return look_up


def floor_in_flight(url: str) -> Callable[[int], float]:
    """The floor in 32 threads, each with a connection of its own. Seconds."""
    asks = [_floor_asks(url) for _ in range(CONCURRENCY)]

    def look_up(count: int) -> float:
        began = time.perf_counter()
        numbers = itertools.count()  # its `next` is atomic

        def work(ask: Callable[[str], dict[str, str | None]]) -> None:
            while (index := next(numbers)) < count:
                assert ask(cpr_number(index).digits)

        threads = [threading.Thread(target=work, args=(ask,)) for ask in asks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - began

    return look_up
