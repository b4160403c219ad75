# Two commands are enough: `make run` (PORT=8000) and `make test`.

PORT ?= 8000
BIN := .venv/bin

.PHONY: run test install lock

run: install
	@$(BIN)/lianxin serve --demo --port $(PORT)

test: install
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

install:
	@sh scripts/install

# For maintainers, after a change of the dependencies in pyproject.toml. UPGRADE=--upgrade takes the newest versions.
lock: install
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header $(UPGRADE) --group dev --extra py2neo pyproject.toml --output-file requirements.lock
