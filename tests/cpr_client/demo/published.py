"""The published contract, where it is at hand beside the project: never a part of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lxml import etree

_FOLDER = Path(__file__).resolve().parents[4] / "shared" / "contract"
_IMPORT = (
    '<xsd:import namespace="http://serviceplatformen.dk/xml/schemas/cpr/PNR/1/" schemaLocation="../sp/PNR_1.xsd"/>'
)


def published_schema(version: str, scratch: Path) -> etree.XMLSchema:
    """The published schema of question and answer, with the import that it lacks. Skips where it is not there."""
    source = _FOLDER / f"PersonBaseDataExtended-{version}"
    if not source.is_dir():
        pytest.skip("the published contract is not beside the project (../shared/contract)")
    folder = scratch / f"published-{version}"
    shutil.copytree(source, folder)
    types = folder / "xsd" / "PersonBaseDataExtendedServiceTypes.xsd"
    text = types.read_text(encoding="utf-8")
    types.write_text(text.replace('version="1.0">', f'version="1.0">{_IMPORT}', 1), encoding="utf-8")
    return etree.XMLSchema(etree.parse(str(folder / "PersonBaseDataExtendedServiceMsg.xsd")))
