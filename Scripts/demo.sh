#!/usr/bin/env bash
# The main job from end to end, on a street that is rendered on the spot; everything goes into demo/.
#   make demo
#   SEED=7 make demo                                   another street
#   VIDEO=street.mp4 MODEL=yolov8n.onnx make demo      a video and a model of your own
set -euo pipefail
cd "$(dirname "$0")/.."

lapwing=.build/release/lapwing
model=${MODEL:-Models/lapwing-street.onnx}
# Settings that suit the model; another model gets the defaults.
settings=(--model "$model")
if [ -z "${MODEL:-}" ]; then settings+=(--config Models/lapwing-street.yaml); fi
seed=${SEED:-35}
out=demo
began=$SECONDS
say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
# Shows a command as the user would type it, then runs it.
show() { printf '  $ %s\n' "lapwing ${*}"; "$lapwing" "$@"; }
if [ ! -t 1 ]; then say() { printf '\n%s\n' "$*"; }; fi

rm -rf "$out" && mkdir -p "$out"
video=${VIDEO:-$out/street.mp4}
truth=
if [ -z "${VIDEO:-}" ]; then
    say "1. A street, with exact ground truth"
    show synthesize --output "$video" --seed "$seed" --size 960x540 --rate 25 --seconds 20 --density 0.4
    truth=$out/street/gt/gt.txt
else
    say "1. Your video: $video"
fi

say "2. Find and follow everything in it"
show run "$video" "${settings[@]}" --output "$out/run" --chunk-seconds 1
results=$(echo "$out"/run/*/results.jsonl)
id=$(basename "$(dirname "$results")")

if [ -n "$truth" ]; then
    say "3. How good is that?"
    show evaluate --ground-truth "$truth" --results "$results"
else
    say "3. How good is that? Nobody knows: there is no ground truth for $video"
fi

say "4. Look at it"
show annotate "$video" --results "$results" --output "$out/annotated.mp4"
show report "$video" --results "$results" ${truth:+--ground-truth "$truth"} --annotated "$out/annotated.mp4" \
    --output "$out/report.html"

say "5. The same through a log, with a worker that is killed in mid-video (kill -9)"
log=sqlite:$out/log.db
frames() { "$lapwing" results "$id" --log "$log" 2>/dev/null | grep -c '"type":"frame"' || true; }
total=$(grep -c '"type":"frame"' "$results")
for attempt in 1 2 3 4 5; do
    rm -f "$out"/log.db*
    "$lapwing" submit "$video" --log "$log" --chunk-seconds 1 >"$out/submit.txt"
    "$lapwing" worker --log "$log" "${settings[@]}" --session-timeout 1 --log-level warning 2>"$out/worker.txt" &
    worker=$!
    # As soon as something of the video has been committed.
    until [ "$(frames)" -gt 0 ]; do
        kill -0 "$worker" 2>/dev/null || { cat "$out/worker.txt" >&2; exit 1; }
    done
    { kill -9 "$worker" && wait "$worker"; } 2>/dev/null || true
    done_frames=$(frames)
    # A fast machine may have been through before the signal came.
    if [ "$done_frames" -lt "$total" ]; then break; fi
done
echo "  killed after $done_frames of $total frames were committed; another worker goes on from there"
show worker --log "$log" "${settings[@]}" --exit-when-idle --log-level warning
"$lapwing" results "$id" --log "$log" >"$out/resumed.jsonl"
if ! cmp "$results" "$out/resumed.jsonl"; then
    echo "demo: error: the results differ: $results $out/resumed.jsonl" >&2
    exit 1
fi
echo "  the results are the same $(wc -c <"$results" | tr -d ' ') bytes, object IDs and all"

say "Done in $((SECONDS - began)) s. Look at"
cat <<END
  $out/report.html      the page: contact sheet, timeline of the objects, figures
  $out/annotated.mp4    the video with boxes, names, numbers and ways
  $results
  $lapwing dashboard --log $log --media $out        the same in a browser, at http://127.0.0.1:8080

The same with a video of your own, and the real YOLOv8:
  pip install ultralytics && yolo export model=yolov8n.pt format=onnx
  $lapwing run YOUR.mp4 --model yolov8n.onnx --output out
  VIDEO=YOUR.mp4 MODEL=yolov8n.onnx make demo
END
