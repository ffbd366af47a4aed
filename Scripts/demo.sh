#!/usr/bin/env bash
# Runs Lapwing on a video, then kills a worker in the middle of it and shows that the results are the same bytes.
#   VIDEO=street.mp4 MODEL=yolov8n.onnx make demo
set -euo pipefail
cd "$(dirname "$0")/.."

lapwing=.build/release/lapwing
assets=${LAPWING_ASSETS:-../shared/assets}
model=${MODEL:-$assets/models/yolov8n.onnx}
video=${VIDEO:-$assets/videos/car-detection.mp4}
if [ ! -e "$model" ] || [ ! -e "$video" ]; then
    echo "demo: a model and a video are needed: VIDEO=street.mp4 MODEL=yolov8n.onnx make demo"
    echo "demo: a model comes from: pip install ultralytics && yolo export model=yolov8n.pt format=onnx"
    exit 2
fi
out=demo
rm -rf "$out" && mkdir -p "$out"

echo "1. Everything in one process: lapwing run $video --model $model --output $out/run"
"$lapwing" run "$video" --model "$model" --output "$out/run"
results=$(echo "$out"/run/*/results.jsonl)
id=$(basename "$(dirname "$results")")

echo
echo "2. The same through a log, with a worker that is killed in the middle (kill -9)"
log=sqlite:$out/demo.sqlite
"$lapwing" submit "$video" --log "$log" >"$out/submit.txt"
"$lapwing" worker --log "$log" --model "$model" --session-timeout 1 2>"$out/killed-worker.log" &
worker=$!
# As soon as something of the video, but not all of it, has been committed.
until "$lapwing" results "$id" --log "$log" 2>/dev/null | grep -q '"type":"frame"'; do
    kill -0 "$worker" 2>/dev/null || { cat "$out/killed-worker.log"; exit 1; }
done
{ kill -9 "$worker" && wait "$worker"; } 2>/dev/null || true
"$lapwing" status --log "$log"

echo
echo "3. Another worker goes on where the last commit stopped"
"$lapwing" worker --log "$log" --model "$model" --exit-when-idle --log-level warning
"$lapwing" results "$id" --log "$log" >"$out/resumed.jsonl"
if cmp "$results" "$out/resumed.jsonl"; then
    echo "The results are the same $(wc -c <"$results" | tr -d ' ') bytes, object IDs and all: $results"
else
    echo "demo: error: the results differ" >&2
    exit 1
fi
