#!/usr/bin/env bash
# Runs the tests under a sanitizer: `sanitize.sh [asan|tsan|all] [FILTER]`; FILTER as in `swift test --filter`.
#   asan  AddressSanitizer, and LeakSanitizer when each test process ends
#   tsan  ThreadSanitizer
# Each builds in a folder of its own (.build-asan, .build-tsan). What is left out, and why: Scripts/sanitizers/.
set -euo pipefail
cd "$(dirname "$0")/.."
which=${1:-all}
shift || true
lists=$PWD/Scripts/sanitizers
export SWIFT_BACKTRACE=enable=no
# oneTBB, in OpenVINO, opens a library with RTLD_DEEPBIND, which the sanitizers refuse, unless it is told of them.
export TBB_ENABLE_SANITIZERS=1
failed=()

check() { # NAME SWIFTPM'S-WORD FILTERS...
    local name=$1 kind=$2
    shift 2
    echo "== $name"
    swift test --disable-xctest --no-parallel --sanitize "$kind" --scratch-path ".build-$name" "$@" || failed+=("$name")
}

case $which in asan | tsan | all) ;; *)
    sed -n '2,5s/^# //p' "$0" >&2
    exit 2
    ;;
esac
if [ "$which" != tsan ]; then
    export ASAN_OPTIONS="detect_leaks=1:detect_stack_use_after_return=0:abort_on_error=0:exitcode=99"
    export LSAN_OPTIONS="suppressions=$lists/lsan.supp:print_suppressions=0:max_leaks=20"
    check asan address ${1:+--filter "$1"}
fi
if [ "$which" != asan ]; then
    export TSAN_OPTIONS="suppressions=$lists/tsan.supp:print_suppressions=0:exitcode=66:history_size=4"
    check tsan thread ${1:+--filter "$1"}
fi
if [ ${#failed[@]} -gt 0 ]; then
    echo "sanitize: something was found by ${failed[*]}" >&2
    exit 1
fi
echo "sanitize: nothing was found"
