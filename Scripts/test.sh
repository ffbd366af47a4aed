#!/usr/bin/env bash
# Runs the tests. Where some fail, says at the end which and why: their own lines stand far above by then.
#
#     Scripts/test.sh [ARGUMENT of swift test]...
set -uo pipefail
cd "$(dirname "$0")/.."
output=$(mktemp)
trap 'rm -f "$output"' EXIT
SWIFT_BACKTRACE=enable=no swift test --no-parallel "$@" 2>&1 | tee "$output"
code=${PIPESTATUS[0]}
if [ "$code" -ne 0 ]; then
    echo
    echo "What failed:"
    grep -E '^ *(✘ Test .* recorded an issue|↳|error: |fatal error|.*: Fatal error)|warning: .* crash' "$output" | cut -c 1-600 | head -n 40
fi
exit "$code"
