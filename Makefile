# The commands of the house. `make run` and `make test` need nothing before them but Rust and make.
# RELEASE=1 builds optimised. PALM_… variables are in README.md.

SHELL := /bin/bash
# rustup's folder is on the PATH of new shells only.
export PATH := $(PATH):$(HOME)/.cargo/bin

ifeq ($(RELEASE),1)
profile := --release
binary := target/release/palm
else
profile :=
binary := target/debug/palm
endif

.DEFAULT_GOAL := help
.PHONY: help setup run test screens docs bench ci package package-check

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

setup: ## install what is missing (Debian, Ubuntu); does nothing when all is there
	@bash .ci/setup.sh

run: setup ## build, start a private PostgreSQL, seed demo data, play the journey, stay up
	@cargo build $(profile) --bin palm
	@exec $(binary) demo up

test: ## every test, against a real PostgreSQL and in a real browser
	@bash .ci/setup.sh --tests
	@cargo test --workspace

screens: ## pictures of the staff console's screens, into target/screens
	@bash .ci/setup.sh --screens
	@PALM_SCREENS=$(CURDIR)/target/screens cargo test --test integration every_screen_opens
	@ls target/screens
	@cat target/screens/figures.txt

docs: setup ## write api-docs/ anew from the code
	@PALM_WRITE_DOCS=1 cargo test --test integration documents

bench: setup ## what can this machine carry? (optimised build; ARGS="--quick --json FILE")
	@cargo build --release --bin palm
	@exec target/release/palm bench $(ARGS)

ci: ## everything that must pass before a change lands
	@bash .ci/run

package: setup ## the operators' tarball in target/ (optimised build)
	@bash .ci/package

package-check: ## prove the newest tarball on a bare Debian (root, debootstrap)
	@bash .ci/package-check "$$(ls -t target/palm-*.tar.gz | head -n 1)"
