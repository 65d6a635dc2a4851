# `make test` is everything that a change must pass; it installs what it needs.
.PHONY: test
test:
	@tests/run

# All that a release consists of, up to the upload, into target/dist.
.PHONY: dist
dist:
	@release/dist
