# Lapwing. `make help` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup build test test-kafka torture soak rtsp-soak sanitize demo bench bench-trackers bench-compare fuzz fuzz-media format lint clean

help: ## list these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what Lapwing builds against (Debian, Ubuntu; says what it does)
	@bash Scripts/setup.sh

build: setup ## build .build/release/lapwing
	swift build -c release --product lapwing

test: ## run all tests (ARGS="--filter TrackingTests" for some)
	@bash Scripts/setup.sh --test
	@LAPWING_TEST_KAFKA=$${LAPWING_TEST_KAFKA-mock} bash Scripts/test.sh $(ARGS)

test-kafka: setup ## the tests on Kafka alone: in the process, or on LAPWING_TEST_KAFKA=host:port
	@LAPWING_TEST_KAFKA=$${LAPWING_TEST_KAFKA:-mock} bash Scripts/test.sh --filter Kafka

torture: build ## kill processes at random times, 1,000 kills; prints the tally (ARGS="--kills 5000 --seed 7")
	@python3 Scripts/torture.py $(ARGS)

soak: build ## let workers come and go for 30 minutes; says whether anything grows (ARGS="--minutes 2")
	@python3 Scripts/soak.py $(ARGS)

rtsp-soak: build ## watch a camera that dies now and then; counts frames, measures delays (ARGS="--minutes 60")
	@bash Scripts/setup.sh --test
	@python3 Scripts/rtsp-soak.py $(ARGS)

sanitize: setup ## the tests under AddressSanitizer and ThreadSanitizer (ARGS="asan|tsan|all [FILTER]")
	@bash Scripts/sanitize.sh $(ARGS)

demo: build ## the main job, on a street made on the spot: a page, a video, a crash
	@bash Scripts/demo.sh

bench: setup ## measure each stage and the whole; prints one table (ARGS="--only decode,inference,end-to-end")
	swift run --package-path Benchmarks -c release lapwing-bench $(ARGS)

bench-trackers: setup ## measure the trackers alone, beside the fastest public ones (ARGS=--quick: under a minute)
	@python3 Benchmarks/bench-trackforge.py install Benchmarks/.build/trackforge || true
	swift run --package-path Benchmarks -c release lapwing-bench --only trackers $(ARGS)

bench-compare: build ## measure Lapwing beside Ultralytics' track, which pip installs (GBs; ARGS="--frames 600" is quick)
	@python3 Benchmarks/bench-compare.py $(ARGS)

fuzz: setup ## look for input that ends the process, with libFuzzer (ARGS="SECONDS [TARGET...]"; a minute each)
	@bash Scripts/fuzz.sh $(ARGS)

fuzz-media: setup ## ten thousand damaged clips, chunks and records through a worker; prints what became of them
	LAPWING_HOSTILE_CASES=$${LAPWING_HOSTILE_CASES:-10000} SWIFT_BACKTRACE=enable=no swift test --no-parallel --filter HostileVideoTests

format: ## format the sources
	swift format --in-place --recursive --parallel Sources Tests Benchmarks/Sources Fuzzing/Sources Package.swift Benchmarks/Package.swift Fuzzing/Package.swift

lint: ## check the format, warnings are errors
	swift format lint --strict --recursive --parallel Sources Tests Benchmarks/Sources Fuzzing/Sources Package.swift Benchmarks/Package.swift Fuzzing/Package.swift

clean: ## remove what was built
	rm -rf .build Benchmarks/.build Fuzzing/.build
