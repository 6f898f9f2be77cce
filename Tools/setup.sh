#!/usr/bin/env bash
# Installs what is missing, and nothing else: `Tools/setup.sh build` for building and the demo, `Tools/setup.sh tests` for the tests too.
# Run as often as you like. Needs Debian 12 and a Swift 6.3 toolchain on PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-tests}

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

check_swift() {
    command -v swift >/dev/null || fail "no 'swift' on PATH. Debian has no Swift 6 package: install 6.3 or later from https://www.swift.org/install/linux/ and run this again."
    local version
    version=$(swift --version 2>/dev/null | grep -oE 'Swift version [0-9]+\.[0-9]+' | grep -oE '[0-9.]+$') || fail "'swift --version' printed no version; is the toolchain complete?"
    [ "$(printf '%s\n' 6.3 "$version" | sort -V | head -n 1)" = 6.3 ] || fail "Swift $version is too old; 6.3 or later is needed (https://www.swift.org/install/linux/)."
}

missing_debian_packages() {
    local package
    for package in $(cat "$@" | grep -vE '^[[:space:]]*(#|$)'); do
        [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | cut -c1-2)" = ii ] || echo "$package"
    done
}

install_debian_packages() {
    if ! command -v apt-get >/dev/null; then
        say "this is not a Debian system, so nothing was installed. Needed: $(cat "$@" | grep -vE '^[[:space:]]*(#|$)' | tr '\n' ' ')"
        return
    fi
    local missing as_root=()
    missing=$(missing_debian_packages "$@" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "these Debian packages are missing, and there is no sudo to install them with. As root: apt-get install $missing"
        as_root=(sudo)
    fi
    say "installing $missing"
    export DEBIAN_FRONTEND=noninteractive
    # A stale list is not fatal by itself: the install that follows is what counts.
    "${as_root[@]}" apt-get update -qq </dev/null || say "apt-get update failed (no network?); trying with the lists already here"
    # shellcheck disable=SC2086 # one word a package
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends $missing </dev/null >&2 \
        || fail "apt-get could not install: $missing. Check the network, or install them by hand, and run this again."
}

make_python_environment() {
    # A virtual environment holds absolute paths, so one that was copied or moved is made again.
    if [ "$(.venv/bin/python -c 'import os, sys; print(os.path.realpath(sys.prefix))' 2>/dev/null)" != "$(realpath -m .venv)" ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        rm -rf .venv
        python3 -m venv .venv || fail "'python3 -m venv' failed; on Debian it comes with the package python3-venv."
    fi
}

# install_python_packages LIST: once for each state of the lists.
install_python_packages() {
    local list=$1 wanted
    wanted=$(cat requirements*.txt | sha256sum)
    [ "$(cat ".venv/$list.sha256" 2>/dev/null)" != "$wanted" ] || return 0
    say "installing the Python packages of $list into .venv"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$list" \
        || fail "pip could not install $list. Check the network and run this again."
    printf '%s\n' "$wanted" >".venv/$list.sha256"
}

case $purpose in
build)
    install_debian_packages apt-packages.txt
    check_swift
    make_python_environment
    install_python_packages requirements.txt
    ;;
tests)
    install_debian_packages apt-packages.txt apt-packages-tests.txt
    check_swift
    make_python_environment
    install_python_packages requirements-tests.txt
    ;;
*) fail "say 'Tools/setup.sh build' or 'Tools/setup.sh tests'" ;;
esac
