# Every target makes what it needs first. `make demo` and `make test` are all a newcomer types.
BIN := .venv/bin
SETUP := .venv/.passante-setup
DEV := .venv/.passante-dev
TRAINING := .venv/.passante-training
ATTACKING := .venv/.passante-attacking
CARDS := $(wildcard src/passante/models/cards/*.toml)
# who attacks our output, and the network that `revoice` needs: on request only
ON_REQUEST := campplus faceres ge2e mobileface ppocr-rec whisper-tiny-en-encoder
ARGS ?=
QUICK ?=
VIDEO ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo check format test docs bench evaluate train-plates lock ci

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(SETUP) ## make .venv, install passante from the lock file, bring the models

demo: $(SETUP) ## protect a street recording made on the spot, or VIDEO=your.mp4; see demo/
	PYTHONPATH=benchmarks $(BIN)/python tools/demo.py $(if $(VIDEO),--video "$(VIDEO)") $(ARGS)

check: $(DEV) ## format, lint, types, import contracts, generated pages, own linters
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/pages.py --check
	$(BIN)/python tools/lint.py

format: $(DEV) ## put the source in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: $(DEV) ## all tests; ARGS="-k word" for some
	$(BIN)/python -m pytest $(ARGS)

docs: $(DEV) ## write the generated pages of docs/ anew
	$(BIN)/python tools/pages.py

bench: $(DEV) ## measure against plain ffmpeg and a peer; ARGS=--quick for a short look
	$(BIN)/python benchmarks/speed.py --write docs/benchmarks.md $(ARGS)
	$(BIN)/python benchmarks/leak.py --write docs/benchmarks.md $(ARGS)
	$(BIN)/python benchmarks/recall.py --write docs/benchmarks.md $(ARGS)

evaluate: $(ATTACKING) ## attack our own output into docs/evaluation.md; ARGS=--quick for a short look
	$(BIN)/passante models pull $(ON_REQUEST)
	$(BIN)/python tools/evaluation.py $(ARGS)

train-plates: $(TRAINING) ## train the finder of plates anew, 3 h on 2 cores; QUICK=1 to see that it runs
	$(BIN)/python -m training.plates.train --out .bench/plates $(if $(QUICK),--quick) $(ARGS)
	$(BIN)/python -m training.plates.export .bench/plates/medium.pt \
		--out .bench/plates/plates.onnx $(if $(QUICK),--pictures 6)

lock: $(DEV) ## write the lock files anew; ARGS=--upgrade for newer versions
	scripts/lock $(ARGS)

ci: $(TRAINING) check ## what CI runs
	$(BIN)/passante models pull $(ON_REQUEST)
	$(MAKE) test
	$(MAKE) train-plates QUICK=1

$(SETUP): requirements.lock scripts/setup $(CARDS)
	scripts/setup
	@touch $@

$(DEV): requirements-dev.lock scripts/setup scripts/published.txt $(CARDS)
	scripts/setup --dev
	scripts/published
	@touch $@ $(SETUP)

$(TRAINING): $(DEV) pyproject.toml
	scripts/setup-training
	@touch $@

$(ATTACKING): $(DEV) pyproject.toml scripts/setup-attackers
	scripts/setup-attackers
	@touch $@
