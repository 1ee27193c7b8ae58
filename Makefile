# A thin list of targets over the CMake presets (CMakePresets.json).
.DEFAULT_GOAL := help
.PHONY: help deps build run test check format clean bench chaos drill

help:   ## What there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## */  make \1\t/' | expand -t 16

deps:   ## Install the Debian packages that are missing (root or sudo)
	@scripts/install_packages run dev build check emulators

build:  ## Build the release binary: build/release/bizcomms
	@scripts/install_packages run dev build
	@scripts/configure release
	@cmake --build --preset release

run: build  ## Build and start the whole product on this machine, with nothing to configure
	@exec build/release/bizcomms dev

test: deps  ## Build and run all tests; they start what they need
	@scripts/test

check: deps  ## Format, clang-tidy, sanitizers, fuzzing
	@scripts/check

format:  ## Format all sources
	@git ls-files --cached --others --exclude-standard '*.cpp' '*.hpp' | xargs clang-format-14 -i

clean:  ## Remove everything that was built
	@rm -rf build

bench: deps  ## Measure the release binary, and print one table (benchmarks/run --help says what else there is)
	@scripts/configure bench
	@cmake --build --preset release
	@benchmarks/run

chaos: deps  ## Kill everything 200 times while 10,000 messages go out, and say what was lost or doubled
	@scripts/chaos

drill: deps  ## Kill a whole cell under load, let the other take over, and back again; time it, and say what was lost or doubled
	@scripts/drill
