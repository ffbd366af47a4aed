#!/usr/bin/env bash
# Installs what Lapwing builds against; says what it does, and does nothing twice.
#   1. from the system's packages (Debian, Ubuntu): FFmpeg, librdkafka and SQLite with headers, pkg-config
#   2. from the Python package index: the OpenVINO runtime, unpacked into .deps/openvino (Python is not needed afterwards)
set -euo pipefail
cd "$(dirname "$0")/.."

OPENVINO_VERSION=2026.4.1
PACKAGES=(pkg-config ffmpeg libavformat-dev libavcodec-dev libswscale-dev libavutil-dev librdkafka-dev libsqlite3-dev)

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
    fail "root is needed for: $* (run it yourself, then run 'make setup' again)"; fi; }

has_package() { dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

command -v swift >/dev/null || fail "Swift 6.2 or later is needed; get it from https://www.swift.org/install"

if command -v apt-get >/dev/null; then
    missing=()
    for package in "${PACKAGES[@]}"; do has_package "$package" || missing+=("$package"); done
    if [ ! -e .deps/openvino/.version ] || [ "$(cat .deps/openvino/.version)" != "$OPENVINO_VERSION" ]; then
        python3 -m pip --version >/dev/null 2>&1 || missing+=(python3 python3-pip)
    fi
    if [ ${#missing[@]} -gt 0 ]; then
        say "installing system packages: ${missing[*]}"
        as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
    else
        say "system packages: all there"
    fi
else
    say "this script installs system packages on Debian and Ubuntu only. Elsewhere, install these yourself:"
    say "  FFmpeg 5.1 or later and librdkafka 2.0 or later with headers, SQLite 3.35 or later, pkg-config, Python 3 with pip"
    for library in libavformat libavcodec libswscale libavutil sqlite3 rdkafka; do
        pkg-config --exists "$library" || fail "pkg-config does not find $library"
    done
fi

if [ -e .deps/openvino/.version ] && [ "$(cat .deps/openvino/.version)" = "$OPENVINO_VERSION" ]; then
    say "OpenVINO $OPENVINO_VERSION: there (.deps/openvino)"
else
    case "$(uname -m)" in
        x86_64) platform=manylinux_2_28_x86_64 ;;
        aarch64) platform=manylinux_2_31_aarch64 ;;
        *) fail "there is no OpenVINO wheel for $(uname -m)" ;;
    esac
    say "installing OpenVINO $OPENVINO_VERSION into .deps/openvino"
    rm -rf .deps/download .deps/openvino && mkdir -p .deps/download
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.11 \
        --implementation cp --platform "$platform" --dest .deps/download "openvino==$OPENVINO_VERSION"
    python3 -m zipfile -e .deps/download/openvino-*.whl .deps/download/unpacked
    mkdir -p .deps/openvino
    mv .deps/download/unpacked/openvino/include .deps/download/unpacked/openvino/libs .deps/openvino/
    mkdir -p .deps/openvino/licenses
    cp -r .deps/download/unpacked/openvino-*.dist-info/. .deps/openvino/licenses/
    # The wheel has versioned library names only; the linker looks for the plain one.
    (cd .deps/openvino/libs && ln -sf libopenvino_c.so.[0-9]* libopenvino_c.so)
    rm -rf .deps/download
    echo "$OPENVINO_VERSION" > .deps/openvino/.version
fi
say "done"
