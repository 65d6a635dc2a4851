# `make test` is everything that a change must pass; it installs what it needs.
.PHONY: test
test:
	@tests/run
