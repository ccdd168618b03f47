"""`patronsync demo-registry`: the made-up registry alone, for trying things out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import Today


def demo_registry(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on the loopback interface; 0: a free one.")] = 0,
    people: Annotated[
        int | None, typer.Option(min=0, help="How many made-up people (default: 5650; 0 with --persons).")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Other people, the same ones for the same number.", show_default=False)
    ] = None,
    persons: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="People of your own: one JSON object a line.")
    ] = None,
    latency: Annotated[float, typer.Option(min=0, help="Seconds before each answer.")] = 0.0,
    tls: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Serve over mutual TLS; made-up certificates are written to this folder."),
    ] = None,
    today: Today = None,
    extract: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help="Instead of serving, write the library's extract that fits these people, for `import patrons`.",
        ),
    ] = None,
    guardians: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help="Beside --extract: write who has signed for the children among them, for `import guardians`.",
        ),
    ] = None,
    patrons: Annotated[int | None, typer.Option(min=1, help="Patrons in the extract (default: 5000).")] = None,
) -> None:
    """Run the demo registry alone, until Ctrl-C. Nobody in it is a real person."""
    from cpr_client.demo.extract import people_for
    from cpr_client.demo.people import SEED
    from cpr_client.demo.persons_file import PersonsFileError
    from cpr_client.demo.serve import Announcement, ServeOptions, registry_for, serve_forever
    from flows import clock
    from flows.errors import UsageError, UserError
    from flows.local.demo_registry import PATRONS, days
    from flows.settings import load

    if guardians is not None and extract is None:
        raise UsageError("--guardians needs --extract beside it.", "The forms are about the patrons of that extract.")
    patrons = patrons or PATRONS
    made_up_on = days(load().data_dir / "demo-registry")[:1]  # the embedded one's people, where there are any
    options = ServeOptions(
        today=today or (made_up_on[0] if made_up_on else clock.today()),
        people=people if people is not None else 0 if persons else people_for(patrons),
        seed=SEED if seed is None else seed,
        persons_file=persons,
        port=port,
        latency=latency,
        tls_folder=tls,
    )

    def announce(announced: Announcement) -> None:
        print(f"Endpoint   {announced.url} (version 4: {announced.urls['4']})")
        print(f"People     {announced.people}, as of {announced.today}")
        print(f"Control    {announced.control_url}, with the header Authorization: Bearer {announced.token}")
        if announced.root is not None and announced.client is not None:
            print(f"TLS        PATRONSYNC_REGISTRY_CA={announced.root.absolute()}")
            print(f"           PATRONSYNC_REGISTRY_CERTIFICATE={announced.client.certificate.absolute()}")
            print(f"           PATRONSYNC_REGISTRY_KEY={announced.client.key.absolute()}")
        print("Ctrl-C stops it.", flush=True)

    try:
        if extract is None:
            serve_forever(options, announce)
            return
        from flows.local.demo_patrons import write_extracts

        write_extracts(registry_for(options), patrons, extract, guardians, options.today)
        print(f"{extract}: {patrons} made-up patrons. Load them: patronsync import patrons {extract}")
        if guardians is not None:
            print(f"{guardians}: who has signed for the children. Then: patronsync import guardians {guardians}")
    except PersonsFileError as error:
        raise UserError(error.message, error.remedy) from None
    except ValueError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UserError(f"{error.strerror or 'The port is taken'}: {error.filename or port}.") from None
