# Thin on purpose: installer/bootstrap.py does the work, and also where there is no make.
# Further arguments go into ARGS: make test ARGS="-k letters", make run ARGS="train letters-course".

PYTHON ?= python3
ARGS ?=
COMMANDS := run test lint bench soak fuzz torture hands models bundle installers setup

.PHONY: help $(COMMANDS) clean

help:
	@$(PYTHON) installer/bootstrap.py --help

$(COMMANDS):
	@$(PYTHON) installer/bootstrap.py $@ -- $(ARGS)

clean:
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
