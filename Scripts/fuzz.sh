#!/usr/bin/env bash
# Fuzzes what reads foreign bytes, target by target, with the libFuzzer that comes with Swift: `fuzz.sh [SECONDS] [TARGET...]`.
# What it finds interesting is kept in Fuzzing/.build/corpus; what ends the process, as Fuzzing/.build/TARGET-crash-….
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
shift || true
swift build --package-path Fuzzing --sanitize fuzzer --product lapwing-fuzz
program=Fuzzing/.build/debug/lapwing-fuzz
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then targets=(chunk checkpoint snapshot mot clip model); fi
failed=()
for target in "${targets[@]}"; do
    corpus=Fuzzing/.build/corpus/$target
    export LAPWING_FUZZ_TARGET=$target
    [ -d "$corpus" ] || LAPWING_FUZZ_SEEDS=$corpus "$program"
    echo "== $target: $seconds s"
    SWIFT_BACKTRACE=enable=no "$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 \
        -malloc_limit_mb=2048 -print_final_stats=1 -verbosity=0 -artifact_prefix="Fuzzing/.build/$target-" "$corpus" \
        || failed+=("$target")
done
if [ ${#failed[@]} -gt 0 ]; then
    echo "something was found in: ${failed[*]}; see Fuzzing/.build" >&2
    exit 1
fi
echo "nothing was found"
