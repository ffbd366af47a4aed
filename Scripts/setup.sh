#!/usr/bin/env bash
# Installs what Lapwing builds against; says what it does, and does nothing twice.
#   1. from the system's packages (Debian, Ubuntu): FFmpeg, librdkafka and SQLite with headers, pkg-config
#   2. from the Python package index, unpacked into .deps (Python is not needed afterwards): OpenVINO, which Lapwing is
#      linked with, and ONNX Runtime's library, which it opens at run time if it is there
# With --test also what only tests need: GStreamer's RTSP server (60 MB) and a browser (315 MB). Without them some tests are
# skipped, and say so.
set -euo pipefail
cd "$(dirname "$0")/.."

OPENVINO_VERSION=2026.4.1
ONNXRUNTIME_VERSION=1.32.0
PACKAGES=(pkg-config ffmpeg libavformat-dev libavcodec-dev libswscale-dev libavutil-dev librdkafka-dev libsqlite3-dev)
TEST_PACKAGES=(python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good chromium chromium-driver)

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
    fail "root is needed for: $* (run it yourself, then run 'make setup' again)"; fi; }

is_there() { [ -e ".deps/$1/.version" ] && [ "$(cat ".deps/$1/.version")" = "$2" ]; }
# Unpacks a wheel of binaries into .deps/download/unpacked: wheel NAME VERSION PYTHON PLATFORM
wheel() {
    rm -rf .deps/download && mkdir -p .deps/download
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --python-version "$3" \
        --implementation cp --platform "$4" --dest .deps/download "$1==$2"
    python3 -m zipfile -e .deps/download/"$1"-*.whl .deps/download/unpacked
}

has_package() { dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

command -v swift >/dev/null || fail "Swift 6.2 or later is needed; get it from https://www.swift.org/install"

if command -v apt-get >/dev/null; then
    missing=()
    for package in "${PACKAGES[@]}"; do has_package "$package" || missing+=("$package"); done
    if ! is_there openvino "$OPENVINO_VERSION" || ! is_there onnxruntime "$ONNXRUNTIME_VERSION"; then
        python3 -m pip --version >/dev/null 2>&1 || missing+=(python3 python3-pip)
    fi
    if [ ${#missing[@]} -gt 0 ]; then
        say "installing system packages: ${missing[*]}"
        as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
    else
        say "system packages: all there"
    fi
    if [ "${1-}" = --test ]; then
        missing=()
        for package in "${TEST_PACKAGES[@]}"; do has_package "$package" || missing+=("$package"); done
        if [ ${#missing[@]} -gt 0 ]; then
            say "installing system packages for tests: ${missing[*]}"
            { as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
                as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } ||
                say "they cannot be had: tests that need them are skipped"
        fi
    fi
else
    say "this script installs system packages on Debian and Ubuntu only. Elsewhere, install these yourself:"
    say "  FFmpeg 5.1 or later and librdkafka 2.0 or later with headers, SQLite 3.35 or later, pkg-config, Python 3 with pip"
    for library in libavformat libavcodec libswscale libavutil sqlite3 rdkafka; do
        pkg-config --exists "$library" || fail "pkg-config does not find $library"
    done
fi

if is_there openvino "$OPENVINO_VERSION"; then
    say "OpenVINO $OPENVINO_VERSION: there (.deps/openvino)"
else
    case "$(uname -m)" in
        x86_64) platform=manylinux_2_28_x86_64 ;;
        aarch64) platform=manylinux_2_31_aarch64 ;;
        *) fail "there is no OpenVINO wheel for $(uname -m)" ;;
    esac
    say "installing OpenVINO $OPENVINO_VERSION into .deps/openvino"
    rm -rf .deps/openvino
    wheel openvino "$OPENVINO_VERSION" 3.11 "$platform"
    mkdir -p .deps/openvino
    mv .deps/download/unpacked/openvino/include .deps/download/unpacked/openvino/libs .deps/openvino/
    mkdir -p .deps/openvino/licenses
    cp -r .deps/download/unpacked/openvino-*.dist-info/. .deps/openvino/licenses/
    # The wheel has versioned library names only; the linker looks for the plain one.
    (cd .deps/openvino/libs && ln -sf libopenvino_c.so.[0-9]* libopenvino_c.so)
    rm -rf .deps/download
    echo "$OPENVINO_VERSION" > .deps/openvino/.version
fi

if is_there onnxruntime "$ONNXRUNTIME_VERSION"; then
    say "ONNX Runtime $ONNXRUNTIME_VERSION: there (.deps/onnxruntime)"
else
    say "installing ONNX Runtime $ONNXRUNTIME_VERSION into .deps/onnxruntime"
    rm -rf .deps/onnxruntime
    wheel onnxruntime "$ONNXRUNTIME_VERSION" 3.12 "manylinux_2_28_$(uname -m)"
    mkdir -p .deps/onnxruntime/libs .deps/onnxruntime/licenses
    mv .deps/download/unpacked/onnxruntime/capi/libonnxruntime*.so* .deps/onnxruntime/libs/
    mv .deps/download/unpacked/onnxruntime/{LICENSE,ThirdPartyNotices.txt} .deps/onnxruntime/licenses/
    # Programs look for the library by the name that it has for all releases of its interface.
    (cd .deps/onnxruntime/libs && ln -sf libonnxruntime.so.[0-9]*.[0-9]*.[0-9]* libonnxruntime.so.1)
    rm -rf .deps/download
    echo "$ONNXRUNTIME_VERSION" > .deps/onnxruntime/.version
fi
say "done"
