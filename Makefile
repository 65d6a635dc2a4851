# `make test` is everything that a change must pass; it installs what it needs.
.PHONY: test site
test:
	@tests/run

# The documentation as a site, in target/site.
site:
	@tests/mdbook
	@docs/build-site
