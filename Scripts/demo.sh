#!/usr/bin/env bash
# Runs Lapwing on a video, then kills a worker in the middle of it and shows that the results are the same bytes.
#   MODEL=yolov8n.onnx make demo                     on a street that is rendered on the spot
#   MODEL=yolov8n.onnx VIDEO=street.mp4 make demo    on a video of your own
set -euo pipefail
cd "$(dirname "$0")/.."

lapwing=.build/release/lapwing
model=${MODEL:-${LAPWING_ASSETS:-../shared/assets}/models/yolov8n.onnx}
if [ ! -e "$model" ]; then
    echo "demo: a YOLOv8 model is needed: MODEL=yolov8n.onnx make demo"
    echo "demo: it comes from: pip install ultralytics && yolo export model=yolov8n.pt format=onnx"
    exit 2
fi
out=demo
rm -rf "$out" && mkdir -p "$out"
video=${VIDEO:-$out/street.mp4}
if [ -z "${VIDEO:-}" ]; then
    echo "0. A street: lapwing synthesize --output $video"
    "$lapwing" synthesize --output "$video" --size 960x540 --seconds 16 --seed 21 --density 1.3
    echo
fi

echo "1. Everything in one process: lapwing run $video --model $model --output $out/run"
"$lapwing" run "$video" --model "$model" --output "$out/run"
results=$(echo "$out"/run/*/results.jsonl)
id=$(basename "$(dirname "$results")")
"$lapwing" annotate "$video" --results "$results" --output "$out/annotated.mp4"

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
echo "Boxes, names and paths drawn into the video: $out/annotated.mp4"
