#!/bin/sh
# Usage: install.sh PYTHON VENV WHAT: installs WHAT (this project, with or without [dev]) into VENV with the
# versions of constraints.txt and compiled bytecode. With uv where it is there, with pip where not.
set -eu
python=$1 venv=$2 what=$3
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "patronsync needs Python 3.11 or newer; '$python' is older. Say: make PYTHON=/path/to/python3.11 ..." >&2
    exit 1
}
echo "Setting up $venv (a minute or two the first time) ..." >&2
if command -v uv >/dev/null 2>&1; then
    [ -x "$venv/bin/python" ] || uv venv --quiet --python "$python" "$venv"
    VIRTUAL_ENV=$(pwd)/$venv uv pip install --quiet --compile-bytecode --constraint constraints.txt --editable "$what"
else
    [ -x "$venv/bin/pip" ] || "$python" -m venv "$venv"  # one that uv has made has no pip
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable "$what"
    "$venv/bin/python" -m compileall -q "$venv/lib" >/dev/null 2>&1 || true
fi
