# Everything is in tasks.py, which works without make too. Another Python: make run PYTHON=python3.12
PYTHON ?= python3

.PHONY: run test slow check weights
run test slow check weights:
	@$(PYTHON) tasks.py $@
