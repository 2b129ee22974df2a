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
locked=$(grep -cE '^[A-Za-z0-9._-]+==' requirements.lock)
echo "Installing up to $locked locked packages, about 160 MB the first time (every file is checked against its hash)"
# Counted as they come: a first installation takes minutes, and nobody should have to wonder whether it hangs.
{ "$venv/bin/python" -m pip install --progress-bar off --disable-pip-version-check --require-hashes \
    -r requirements.lock 2>&1 && echo "frontdoor-installed"; } | awk -v all="$locked" '
        /^Collecting |^Requirement already satisfied: / { seen++; if (seen % 20 == 0) { print "  " seen " of " all " packages looked at"; fflush() } }
        /^ *Downloading .*MB\)/ { size = $0; sub(/.*\(/, "(", size); name = $2; sub(/.*\//, "", name); print "  fetching " name " " size; fflush() }
        /^Installing collected/ { print "  unpacking"; fflush() }
        /^frontdoor-installed$/ { done = 1 }
        /^ERROR|^error|THESE PACKAGES DO NOT MATCH/ { print > "/dev/stderr" }
        END { exit !done }'
editable=""
for member in "$@"; do editable="$editable -e $member"; done
# shellcheck disable=SC2086  # one word for each member is meant
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $editable
