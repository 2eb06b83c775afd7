# SPDX-License-Identifier: Apache-2.0
# The front door.  `make demo` and `make test` start from a fresh Debian 12 machine.

JOBS ?= $(shell nproc)
QUIET = >/dev/null
PREFIX ?= /usr/local

.PHONY: all deps release asan demo test soak check coverage bench run install uninstall format clean \
        lint fuzz sim

all: release

# Packages of the distribution that building and testing need; asks apt only for what is missing.
deps:
	@tools/install-packages

release: deps
	@cmake --preset release $(QUIET)
	@cmake --build build/release -j $(JOBS) -- --no-print-directory $(QUIET)

asan: deps
	@cmake --preset asan $(QUIET)
	@cmake --build build/asan -j $(JOBS) -- --no-print-directory $(QUIET)

# Two people talk through a real server on loopback, and nothing but sealed bytes is left behind.
demo: deps
	@cmake --preset release $(QUIET)
	@cmake --build build/release --target tacet tacetd tacetctl -j $(JOBS) -- --no-print-directory $(QUIET)
	@tools/demo build/release

# Checks of the source, then every test under AddressSanitizer and UndefinedBehaviorSanitizer.
# The protocol's second implementation, tests/interop, runs on whatever node and npm are there.
test: NODE = $(if $(shell command -v node 2>/dev/null),,nodejs) $(if $(shell command -v npm 2>/dev/null),,npm)
test: asan
	@tools/install-packages $(NODE) $(TROUBLE)
	@$(MAKE) --no-print-directory check BUILD=build/asan
	@ctest --test-dir build/asan --output-on-failure -j $(JOBS)

# What tests/crash makes trouble with; where some of it is missing, tests say so and are skipped.  The
# plugin that cuts the power is not part of this tree: ../shared, or TACET_SHARED.
TROUBLE = strace faketime
POWER = nbdkit nbdkit-plugin-python libnbd-bin e2fsprogs
TROUBLE += $(if $(wildcard $(or $(TACET_SHARED),../shared)/tools/powercut.py),$(POWER))

# The crashes and faults of `make test`, ROUNDS of each.
soak: asan
	@tools/install-packages $(TROUBLE)
	@ROUNDS=$(or $(ROUNDS),100) ctest --test-dir build/asan -V -R '^(crash/|unit/server/without_memory)'

check: BUILD ?= build/asan
check:
	@tools/check-layers
	@tools/check-shape
	@tools/check-citations
	@tools/check-labels
	@tools/check-symbols $(BUILD)

# Which branches and refusals of statement/, e2ee/ and crypto/mlkem no test reaches; `make test` asks,
# too.
coverage: deps
	@JOBS=$(JOBS) tools/coverage

# What is too slow for every test run: format, clang-tidy, cppcheck, valgrind, ThreadSanitizer.
# STEPS="tidy tsan" runs some of them; docs/develop/checks.md says how to answer each.
lint: deps
	@tools/install-packages clang-format-14 clang-tidy-14 cppcheck
	@JOBS=$(JOBS) tools/lint $(STEPS)

# libFuzzer on every target for SECONDS each, or on those that ONLY names; crashes are left in
# build/fuzz/crashes.
SECONDS ?= 10
fuzz:
	@tools/install-packages clang-14 libclang-rt-14-dev
	@cmake --preset fuzz $(QUIET)
	@cmake --build build/fuzz --target fuzzers -j $(JOBS) -- --no-print-directory $(QUIET)
	@tools/fuzz build/fuzz $(SECONDS) $(ONLY)

# The simulator: SEEDS worlds from SEED on, one process each of JOBS; docs/develop/simulator.md.  A seed
# that fails is made smaller and printed as the command that runs it again.  WORDS="hostile=1" changes
# what the seeds say.
SEEDS ?= 300
SEED ?= 1
sim: release
	@tools/sim build/release $(JOBS) $(SEEDS) $(SEED) $(WORDS)

# Prints `name value unit` lines; ONLY=seal runs one bench.
bench: release
	@tools/bench build/release $(ONLY)

# A server in the foreground, data in ./var.
run: release
	@tools/run-server build/release var

# Programs, manual pages, completions, the client library and the systemd unit, below DESTDIR and
# PREFIX.  Builds nothing that is built: `make`, then `sudo make install`.
install:
	@test -x build/release/src/server/tacetd || $(MAKE) --no-print-directory release
	@umask 022; DESTDIR="$(abspath $(DESTDIR))" cmake --install build/release --prefix "$(PREFIX)" $(QUIET)
	@echo "Installed below $(DESTDIR)$(PREFIX).  To found a network: docs/operate/install.md"

# What the last `make install` of this tree put there.
uninstall:
	@tools/uninstall build/release "$(DESTDIR)"

format:
	@git ls-files '*.c' '*.h' | xargs clang-format-14 -i

clean:
	@rm -rf build
