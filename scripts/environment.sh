#!/bin/sh
# Makes the virtual environment: sh scripts/environment.sh PYTHON VENV MEMBER…
# Says in one line what is missing and how Debian installs it.
set -eu
python=$1 venv=$2
shift 2

missing() {
    echo "Frontdoor needs $1. On Debian or Ubuntu: sudo apt-get install -y $2" >&2
    exit 1
}

command -v git >/dev/null || missing git git
command -v "$python" >/dev/null || missing "Python 3.11 or newer" "python3 python3-venv"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || missing "Python 3.11 or newer" "python3.11 python3.11-venv"
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing "Python's venv module" "python3-venv"

[ -x "$venv/bin/python" ] || { echo "Making the environment in $venv"; "$python" -m venv "$venv"; }
echo "Installing the locked dependencies (every file is checked against its hash)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
editable=""
for member in "$@"; do editable="$editable -e $member"; done
# shellcheck disable=SC2086  # one word for each member is meant
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $editable
