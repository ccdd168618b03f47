"""Gathers the settings' values from the environment and the one file, before they are validated.

Ours on top of pydantic-settings: the file that `PATRONSYNC_ENV_FILE` names, else `DATA_DIR/.env` (never
the current folder's), paths relative to it, `..._FILE` twins of secrets, and names nobody knows.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from dotenv.parser import parse_stream
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from flows.errors import UsageError
from flows.settings.local import default_data_dir
from flows.settings.names import FILE_SUFFIX, PREFIX, field_of, variable

PREFECT_PREFIX = "PREFECT_"
_ENV_FILE = variable("env_file")
_DATA_DIR = variable("data_dir")


@dataclass(frozen=True, slots=True)
class Given:
    """A value as it was given, and where: for the message, if it should not do."""

    value: str
    place: str


class Variables(PydanticBaseSettingsSource):
    """The values of `environ` and of the settings file by field; the environment wins.

    After construction `places` says where each field's value stands, `env_file` which file was read
    (None: there is none), and `prefect` holds Prefect's own variables from both.
    """

    def __init__(self, settings_cls: type[BaseSettings], environ: Mapping[str, str], env_file: Path | None) -> None:
        super().__init__(settings_cls)
        named = env_file or _path(environ.get(_ENV_FILE, ""), Path.cwd())
        data_dir = _path(environ.get(_DATA_DIR, ""), Path.cwd()) or default_data_dir()
        self.env_file = _existing(named, data_dir)
        in_environment = {name: Given(value, "in the environment") for name, value in environ.items() if value.strip()}
        in_file = read_env_file(self.env_file) if self.env_file else {}
        self._refuse_unknown({**in_file, **in_environment})
        self._refuse_forgotten_prefix(in_file)
        if self.env_file and not named:
            _refuse_other_data_dir(in_file, data_dir, self.env_file)
        self.prefect = {
            name: given.value
            for name, given in {**in_file, **in_environment}.items()
            if name.startswith(PREFECT_PREFIX)
        }
        self._given = {
            **self._fields(in_file, self.env_file.parent if self.env_file else Path.cwd()),
            **self._fields(in_environment, Path.cwd()),
        }
        self._given.pop("env_file", None)
        self.places = {field: given.place for field, given in self._given.items()}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The field's text (None where it is not given), as pydantic-settings asks for it."""
        given = self._given.get(field_name)
        return (given.value if given else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        """All values by field name, and the file that was read."""
        values: dict[str, Any] = {field: given.value for field, given in self._given.items()}
        return values | ({"env_file": self.env_file} if self.env_file else {})

    def _fields(self, given: Mapping[str, Given], folder: Path) -> dict[str, Given]:
        """Values by field, secrets read from their files, relative paths made whole from `folder`."""
        fields: dict[str, Given] = {}
        for name, entry in given.items():
            field = field_of(name)
            if not name.startswith(PREFIX) or field not in self.settings_cls.model_fields:
                continue
            if is_path(self.settings_cls.model_fields[field]):
                entry = Given(str(_path(entry.value, folder)), entry.place)
            fields[field] = Given(entry.value.strip(), entry.place)
        for field in secret_fields(self.settings_cls):
            twin = given.get(variable(field) + FILE_SUFFIX)
            if twin is None:
                continue
            if field in fields:
                raise UsageError(
                    f"{variable(field)} and {variable(field)}{FILE_SUFFIX} are both set ({twin.place}).", "Keep one."
                )
            fields[field] = Given(_read_secret(variable(field) + FILE_SUFFIX, _path(twin.value, folder)), twin.place)
        return fields

    def _refuse_unknown(self, given: Mapping[str, Given]) -> None:
        known = known_names(self.settings_cls)
        problems = []
        for name, entry in given.items():
            if not name.startswith(PREFIX) or (name in known and not (name == _ENV_FILE and self._is_from_file(entry))):
                continue
            nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
            hint = f"; is {nearest[0]} meant?" if nearest and nearest[0] != name else ""
            problems.append(f"{name} ({entry.place}) is no setting{hint}")
        if problems:
            raise UsageError("\n".join(problems), "Rename it or take it out.")

    def _refuse_forgotten_prefix(self, in_file: Mapping[str, Given]) -> None:
        known = known_names(self.settings_cls)
        for name, entry in in_file.items():
            if not name.startswith(PREFIX) and PREFIX + name in known:
                raise UsageError(f"{name} ({entry.place}) lacks its prefix.", f"Write {PREFIX}{name}.")

    def _is_from_file(self, entry: Given) -> bool:
        return entry.place != "in the environment"


def read_env_file(path: Path) -> dict[str, Given]:
    """The assignments of a `.env` file that are not empty. Raises `UsageError` naming the line, never quoting it."""
    found: dict[str, Given] = {}
    try:
        with path.open(encoding="utf-8") as lines:
            for binding in parse_stream(lines):
                blank = len(binding.original.string) - len(binding.original.string.lstrip())
                line = binding.original.line + binding.original.string[:blank].count("\n")
                place = f"{path}, line {line}"
                if binding.error:
                    raise UsageError(f"{place}: can't be read.", "Write NAME=value, the value in quotes where needed.")
                if binding.key and binding.value and binding.value.strip():
                    found[binding.key] = Given(binding.value, place)
    except OSError as error:
        raise UsageError(f"The settings file {path} can't be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"The settings file {path} is not UTF-8 text.") from None
    return found


def known_names(settings_cls: type[BaseSettings]) -> list[str]:
    """Every variable that means something, twins of secrets included."""
    twins = [variable(field) + FILE_SUFFIX for field in secret_fields(settings_cls)]
    return [variable(field) for field in settings_cls.model_fields] + twins


def secret_fields(settings_cls: type[BaseSettings]) -> list[str]:
    """The fields that hold a secret: those of type `SecretStr`."""
    return [name for name, field in settings_cls.model_fields.items() if SecretStr in _types(field.annotation)]


def is_path(field: FieldInfo) -> bool:
    """True where the field's value is a path."""
    return Path in _types(field.annotation)


def _types(annotation: Any) -> Iterable[Any]:
    """The annotation and everything in it: `Annotated[Path, ...] | None` holds `Path`."""
    yield annotation
    for part in get_args(annotation):
        yield from _types(part)


def _path(text: str, folder: Path) -> Path | None:
    """`text` as a whole path, relative to `folder`; None for an empty text."""
    return (folder / Path(text.strip()).expanduser()).absolute() if text.strip() else None


def _existing(named: Path | None, data_dir: Path) -> Path | None:
    """The settings file in use. A named one must be there; the data directory's may be missing."""
    if named is None:
        default = data_dir / ".env"
        try:
            return default if default.is_file() else None
        except OSError:
            return None
    if not named.is_file():
        raise UsageError(f"{_ENV_FILE} names {named}, and there is no such file.", "Mend the path, or unset it.")
    return named


def _refuse_other_data_dir(in_file: Mapping[str, Given], data_dir: Path, env_file: Path) -> None:
    """`DATA_DIR/.env` was found by way of DATA_DIR: it can't name another one."""
    given = in_file.get(_DATA_DIR)
    if given and _path(given.value, env_file.parent) != data_dir:
        raise UsageError(
            f"{_DATA_DIR} ({given.place}) names another folder than the one that this file was found in.",
            f"Set {_DATA_DIR} in the environment, or name the file in {_ENV_FILE}.",
        )


def _read_secret(name: str, path: Path | None) -> str:
    """What the secret's file holds, without the line break at its end."""
    try:
        text = path.read_text(encoding="utf-8").strip() if path else ""
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{name} names {path}, which can't be read.", "Mend the path or the file's rights.") from None
    if not text:
        raise UsageError(f"{name} names {path}, which is empty.", "Write the secret into it.")
    return text
