# What a reader needs to know. `make demo` and `make test` need nothing done first.
export DAGSTER_HOME ?= $(CURDIR)/dagster_home
unexport PYTHONDONTWRITEBYTECODE # byte code spares every new process of an engine the compiling of what it imports
PYTHON = .venv/bin/python
ENGINE_SET = $(shell command -v nvidia-smi >/dev/null && echo gpu || echo cpu)
COMPILE = $(shell command -v uv || echo .uv/bin/uv) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet
MODELS = $(CURDIR)/samples/models
SAMPLE_MODELS = S1_MODEL="$${S1_MODEL:-$(MODELS)/captioner}" S1_CLIP="$${S1_CLIP:-$(MODELS)/clip/open_clip_config.json}" \
	S1_CLIP_WEIGHTS="$${S1_CLIP_WEIGHTS:-$(MODELS)/clip/open_clip_model.safetensors}" \
	S1_PPPL_MODEL="$${S1_PPPL_MODEL:-$(MODELS)/masked_language_model}"
# What was given to make as NAME=…, as one word for the shell whatever is in it, or as an option of that name; else nothing.
given = $${$(1):+"$$$(1)"}
option = $${$(1):+--$(shell echo $(1) | tr A-Z_ a-z-) "$$$(1)"}

.PHONY: demo test check dev cell backfill release report serve plan sql overlay bench lock base development

demo:                  ## sample papers of every source through the whole line; ENGINE=vllm: captions and scores by small models
	@./install.sh $(if $(ENGINE),cpu,base)
	$(if $(ENGINE),S1_CAPTIONER="$$ENGINE" S1_PROMPT=brief $(SAMPLE_MODELS)) $(PYTHON) -m samples.demo

# In two processes on two cores, threads that have no core would wait in a loop for one another.
test: export OMP_NUM_THREADS = 1
test:                  ## all checks, then all tests, those of the real engine on the CPU among them
	@./install.sh cpu
	@$(MAKE) --no-print-directory check
	.venv/bin/pytest -n 2 -m "not heavy"
	.venv/bin/pytest -n 2 -m heavy

check: development     ## lint, format, types, definitions
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/dg check defs

dev: base              ## the Dagster UI on http://localhost:3000, with the lake that the demo filled; S1_CONTACT: live sources
	[ -n "$$S1_MIRROR$$S1_CONTACT" ] || export S1_MIRROR="$(CURDIR)/build/samples"; \
	.venv/bin/dagster dev -h 127.0.0.1 -w workspace.yaml

cell: base             ## one cell: make cell SOURCE=arxiv MONTH=2024-01
	@$(PYTHON) -m s1_assets cell $(call given,SOURCE) $(call given,MONTH)

backfill: base         ## cells for the daemon: make backfill SOURCE=arxiv FROM=2024-01 TO=2024-06 | MONTH=2024-05 (SOURCE=all; NOW=1: run here)
	@$(PYTHON) -m s1_assets backfill $(call given,SOURCE) $${MONTH:+--from "$$MONTH" --to "$$MONTH"} $(call option,FROM) $(call option,TO) $${NOW:+--now}

release: base          ## a release over all published cells
	@$(PYTHON) -m s1_assets release

report: base           ## quality as a page to look at: make report [SOURCE=arxiv] [MONTH=2024-05 | FROM=2024-01 TO=2024-06]
	@$(PYTHON) -m s1_assets report $(foreach name,SOURCE MONTH FROM TO SEED,$(call option,$(name)))

serve:                 ## S1_MODEL behind an OpenAI-compatible server, laid out for this machine: make serve PORT=8000
	@./install.sh $(ENGINE_SET)
	@$(PYTHON) -m resources.captioners.serve --host "$${HOST:-127.0.0.1}" --port "$${PORT:-8000}" $(ARGS)

plan: base             ## GPU-days and cost: make plan PAIRS=15500000 RATE=2.5 [GPUS=8] [PRICE=2], or CALIBRATE=512 for RATE
	@$(PYTHON) -m s1_assets plan $(foreach name,PAIRS MODEL GPUS RATE PRICE TOKENS_IN TOKENS_OUT CALIBRATE MEASURED_GPUS,$(call option,$(name)))

sql: base              ## a DuckDB shell with a view per table
	@$(PYTHON) -m s1_assets sql

overlay: base          ## what the PDF route saw on each page: make overlay PDF=paper.pdf
	@$(PYTHON) -m s1_assets.extraction.pdf.overlay $(call given,PDF)

PEERS_latex = latexml pandoc
SET_captions = $(ENGINE_SET)
SET_clip = $(ENGINE_SET)
SET_clip_memory = $(ENGINE_SET)
SET_perplexity = cpu

bench:                 ## one comparison: make bench NAME=memory
	@./install.sh $(or $(SET_$(NAME)),dev) $(PEERS_$(NAME))
	@$(PYTHON) -m "benchmarks.$$NAME"

lock:                  ## pin everything again, with hashes
	$(COMPILE) -o requirements/base.txt
	$(COMPILE) --group dev -o requirements/dev.txt
	$(COMPILE) --extra ray -o requirements/ray.txt
	$(COMPILE) --extra gpu -o requirements/gpu.txt
	$(COMPILE) --extra cpu --extra ray --group dev --group peers -o requirements/cpu.txt

base:
	@./install.sh base

development:
	@./install.sh dev
