# mailrail's front door. `make run` and `make test` each work as the first command on a fresh Debian 12 machine.
#
#   make run [ARGS=...]     build the server and start it on 127.0.0.1:4566 with data in ./mailrail-data
#   make build              leave the release binary at build/release/mailrail
#   make test [PRESET=dev]  build and run all tests; PRESET=asan: unit tests and a short simulation under it; PRESET=tsan: what has threads
#   make bench              mailrail beside its peers on this machine: writes docs/benchmarks.md
#   make bench ARGS=...     figures of the README: ARGS=start, ARGS="sends idle"
#   make bench-check        instructions of small pieces of work, against those in bench/micro/instructions.json
#   make lint [ALL=1]       layout, habits, types of ui/, and clang-tidy of what changed since the branch point; ALL=1: of everything; SINCE=COMMIT
#   make format             lay out all C++ with clang-format
#   make soak [MINUTES=30]  the long runs: bench-check, full lint, tsan, kill -9, failing disks, power cuts, the simulator for that long, fuzzers, disk space
#   make screenshots        the web console's pages, into docs/images, for the eye
#   make deb                leave a Debian package beside it;   make package-test: try it in a fresh Debian
#   make container          leave container images in build/release/container
#   make clean              remove build/ (not the tools under .tools, and never data)

PRESET ?= dev
JOBS ?= $(shell nproc)
ARGS ?=
MINUTES ?= 30

export CMAKE_BUILD_PARALLEL_LEVEL ?= $(JOBS)
export CTEST_PARALLEL_LEVEL ?= $(JOBS)
export CMAKE_CXX_COMPILER_LAUNCHER ?= $(shell command -v ccache)

# Where Debian keeps the llvm-symbolizer by which sanitizers name functions.
export PATH := $(PATH):/usr/lib/llvm-19/bin

# On a terminal ninja overwrites one line of progress; elsewhere that would be a line for every file.
quiet := $(if $(MAKE_TERMOUT),,--quiet)
# What can run under a sanitizer within its budget, and has something to tell it: races need threads. The dev preset builds and
# runs everything.
target_asan := unit_and_simulation
target_tsan := threads
tests_asan := --label-regex '^(unit|simulation)$$'
tests_tsan := --label-regex '^threads$$'

.PHONY: run build test bench bench-check lint format soak screenshots deb package-test container clean
.DEFAULT_GOAL := build

run: build
	@exec build/release/mailrail serve $(ARGS)

build:
	@tools/setup build
	@cmake --preset release --log-level=WARNING >/dev/null
	@cmake --build --preset release --target mailrail -- $(quiet)
	@echo "Built build/release/mailrail."

test:
	@tools/setup
	@cmake --preset $(PRESET) --log-level=WARNING >/dev/null
	@cmake --build --preset $(PRESET) --target $(or $(target_$(PRESET)),all) -- $(quiet)
	@ctest --test-dir build/$(PRESET) --output-on-failure --no-tests=error $(tests_$(PRESET))

bench:
	@tools/setup $(if $(ARGS),,bench)
	@cmake --preset release --log-level=WARNING >/dev/null
	@cmake --build --preset release --target benchmarks -- $(quiet)
	@/usr/bin/python3 bench/$(if $(ARGS),run.py $(ARGS),benchmarks.py)

bench-check:
	@tools/setup bench-check
	@cmake --preset release --log-level=WARNING >/dev/null
	@cmake --build --preset release --target micro -- $(quiet)
	@/usr/bin/python3 bench/micro/check.py $(ARGS)

lint:
	@tools/setup
	@tools/lint $(if $(ALL),--all,$(if $(SINCE),--since $(SINCE)))

format:
	@tools/setup
	@git ls-files -z --cached --others --exclude-standard '*.h' '*.cc' | xargs --null clang-format-19 -i

soak: build bench-check
	@tools/setup
	@tests/e2e/soak build/release/mailrail $(MINUTES)

screenshots: build
	@tools/setup
	@TESTED_MAILRAIL=$(CURDIR)/build/release/mailrail .tools/node/node tests/e2e/console/screenshots.mjs docs/images

deb: build
	@cmake --build --preset release --target package_files -- $(quiet)
	@SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} cpack -G DEB -B build/release --config build/release/CPackConfig.cmake >/dev/null
	@ls build/release/mailrail_*.deb

package-test: build
	@tools/setup
	@cmake --build --preset release --target package_files -- $(quiet)
	@TESTED_BUILD=$(CURDIR)/build/release TESTED_MAILRAIL=$(CURDIR)/build/release/mailrail /usr/bin/python3 tests/e2e/packaging/chroot_test.py

container: build
	@packaging/container/build

clean:
	@rm -rf build
