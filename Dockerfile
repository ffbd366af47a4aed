# syntax=docker/dockerfile:1
# Lapwing as an image:
#   docker build -t lapwing .
#   docker run --rm -v "$PWD:/data" lapwing run /data/street.mp4 --model /data/yolov8n.onnx --output /data/out
# There is no model in it; see deploy/README.md for how to add one.

ARG SWIFT=6.2

# --- Build: the toolchain, headers, engines.
FROM swift:${SWIFT}-bookworm AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /src

# First what changes seldom: the packages that `make setup` installs, and the engines into .deps.
COPY Scripts/setup.sh Scripts/setup.sh
RUN bash Scripts/setup.sh && rm -rf /var/lib/apt/lists/*

# SwiftPM wants to see the folders of all targets, those of the tests, too.
COPY Package.swift LICENSE ./
COPY Sources Sources
COPY Tests Tests

# Everything that the image needs of this stage goes to /image, flat: besides its absolute run path, the binary looks for
# libraries in its own folder ($ORIGIN), and so do OpenVINO's libraries and Swift's.
#   Swift:     what the binary is linked with, and what those need
#   OpenVINO:  core, C interface, the readers of ONNX and of OpenVINO's own format, the CPU plugin, the one that chooses
#              (--device AUTO), threads. Not: GPU and NPU, which need drivers besides, and readers of other formats.
#   ONNX Runtime: its one library, for processors (--engine onnxruntime)
RUN --mount=type=cache,id=lapwing-build,target=/src/.build \
    swift build -c release --product lapwing \
    && mkdir -p /image/lib /image/doc \
    && install -s .build/release/lapwing /image/lib/lapwing \
    && ldd .build/release/lapwing | awk '$3 ~ "/swift/linux/" { print $3 }' | sort -u | xargs cp -Lt /image/lib \
    && find .deps/openvino/libs -type f \( -name 'libopenvino.so.*' -o -name 'libopenvino_c.so.*' \
        -o -name 'libopenvino_onnx_frontend.so.*' -o -name 'libopenvino_ir_frontend.so.*' \
        -o -name 'libopenvino_*_cpu_plugin.so' -o -name 'libopenvino_auto_plugin.so' \
        -o -name 'libtbb.so.*' -o -name 'libtbbmalloc.so.*' -o -name 'libtbbbind_*.so.*' -o -name 'libhwloc.so.*' \) \
        -exec cp -t /image/lib {} + \
    && cp -L .deps/onnxruntime/libs/libonnxruntime.so.1 /image/lib/ \
    && cp LICENSE /image/doc/ && cp -r .deps/openvino/licenses /image/doc/openvino \
    && cp -r .deps/onnxruntime/licenses /image/doc/onnxruntime

# --- Run: Debian with the libraries, nothing to compile with.
FROM debian:bookworm-slim AS runtime

# The versions are those of Debian's stable release, and get its security fixes when the image is built again.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates libavcodec59 libavformat59 libavutil57 librdkafka1 libsqlite3-0 libstdc++6 libswscale6 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 lapwing \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/lapwing --shell /usr/sbin/nologin lapwing \
    && install -d -o 10001 -g 10001 /var/lib/lapwing \
    && install -d /models \
    && ln -s /opt/lapwing/lapwing /usr/local/bin/lapwing

COPY --from=build /image/lib /opt/lapwing
COPY --from=build /image/doc /usr/share/doc/lapwing

# As a number, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /var/lib/lapwing

# All libraries are there, and OpenVINO finds its CPU plugin; otherwise there is no image.
RUN ["lapwing", "doctor"]

ENTRYPOINT ["lapwing"]
CMD ["help"]
