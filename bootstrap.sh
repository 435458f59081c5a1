#!/bin/sh
# Make .venv and install what a requirements file pins, once: `./bootstrap.sh requirements.txt`.
# Harmless to repeat; instant when nothing has changed. PYTHON names another Python to use, VENV
# another folder than .venv.
set -eu
cd "$(dirname "$0")"
requirements=${1:-requirements.txt}
venv=${VENV:-.venv}
stamp=$venv/.installed-$requirements

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

works() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

find_python() {
    for candidate in ${PYTHON:-} python3.13 python3 python3.14 python3.12 python; do
        if works "$candidate"; then
            printf '%s' "$candidate"
            return
        fi
    done
    found=$(python3 --version 2>/dev/null || echo "no python3 at all")
    fail "DevOps360 needs Python 3.12 or newer, and there is $found. Install python3.13, or set PYTHON to it."
}

make_venv() {
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$python cannot make virtual environments. On Debian: apt install python3-venv"
    "$python" -m venv --clear "$venv"
}

install() {
    echo "Installing $requirements into $venv (once) ..."
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    if ! "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-input \
        --retries 2 --require-hashes -r "$requirements" >"$log" 2>&1; then
        if grep -qiE 'connection|resolution|unreachable|timed out|proxy|No matching distribution' "$log"; then
            fail "Cannot fetch packages: the Python package index does not answer. Check the network, or set PIP_INDEX_URL to a mirror."
        fi
        cat "$log" >&2
        fail "Installing $requirements failed."
    fi
    cp "$requirements" "$stamp"
}

works "$venv/bin/python" || make_venv
# The stamp is a copy of what was installed.
cmp -s "$requirements" "$stamp" || install
