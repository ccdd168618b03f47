# make demo, make test, make install: each sets up all that it needs in .venv (uv where it is there, pip where not).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test suite install check docs bench soak clean

demo: $(VENV)/.installed
	@$(BIN)/patronsync demo

install: $(VENV)/.installed

# The checks run beside the suite.
test: $(VENV)/.installed-dev
	@$(MAKE) --no-print-directory --jobs=2 --keep-going check suite

# What fails is played once more, alone: real servers that share a busy machine can be late for one another. What is
# broken fails again; what was late stands in the first run's list, to be made sturdier.
suite: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder \
		|| $(BIN)/python -m pytest -q --last-failed --last-failed-no-failures none

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The proofs at the size that they are written for; about an hour. Writes docs/proofs.md.
soak: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -v --full-size -n 2 --dist loadfile --no-loadscope-reorder tests/proofs \
		tests/acceptance/test_up_and_deployment.py tests/acceptance/test_prefect_on_postgresql.py \
		tests/acceptance/test_installed_wheel.py tests/acceptance/test_demo.py tests/flows/test_prefect_server.py \
		tests/flows/test_up.py tests/flows/test_embedded.py tests/bench tests/mappers tests/db tests/cpr_client tests/flows/steps

# The figures; some twenty minutes on a machine that does nothing else. Writes docs/benchmarks.md and bench/results.json.
bench: $(VENV)/.installed-dev
	$(BIN)/python -m bench

docs: $(VENV)/.installed-dev
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.contract

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

$(VENV)/.installed: pyproject.toml constraints.txt
	@./install.sh "$(PYTHON)" "$(VENV)" "."
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt
	@./install.sh "$(PYTHON)" "$(VENV)" ".[dev]"
	@touch $@ $(VENV)/.installed
