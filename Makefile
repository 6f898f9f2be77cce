# The two commands that matter: `make demo` and `make test`. Both install what they need first (Tools/setup.sh).
SHELL := bash
.DEFAULT_GOAL := build
.PHONY: demo demo-navigation test build bench bench-segmentation pictures lint format coverage asan clean

SWIFT_FOLDERS := Package.swift Sources Tests Planning Meshes Protocols

build: ## .build/release/lamina
	Tools/setup.sh build
	swift build -c release

demo: build ## find the vertebrae of the sample CT and plan T9-L2
	Tools/demo.sh

demo-navigation: demo ## simulated fluoroscopy of the demo's case, tracked and shown live in the browser and the terminal
	Tools/demo_navigation.sh

test: ## every test
	Tools/setup.sh tests
	swift build -c release
	Tools/test.sh

bench: build ## time and memory of each stage
	Tools/setup.sh tests
	.venv/bin/python Benchmarks/benchmark.py

bench-segmentation: build ## time of finding the vertebrae, against a usual network
	Tools/setup.sh tests
	.venv/bin/python Benchmarks/segmentation.py

pictures: demo ## what a surgeon would look at, for every screw of the demo: demo-pictures/
	Tools/setup.sh tests
	Tools/pictures.sh

lint: ## style, strictly
	swift format lint --strict --parallel --recursive $(SWIFT_FOLDERS)

format: ## mend the style
	swift format --in-place --parallel --recursive $(SWIFT_FOLDERS)

coverage: ## line coverage by module
	Tools/setup.sh tests
	Tools/swift_tests.sh
	Tools/coverage.sh

asan: ## the tests of the C and C++ shims under the address sanitizer
	Tools/setup.sh build
	Tools/asan.sh

clean:
	rm -rf .build .build-* .venv demo-case demo-phantom demo-pictures demo-labels.png demo-frames demo-recording demo-navigation.log
