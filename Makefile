# `make test` is everything that a change must pass; it installs what it needs.
.PHONY: test site
test:
	@tests/run

# All that a release consists of, up to the upload, into target/dist.
.PHONY: dist
dist:
	@release/dist

# The documentation as a site, in target/site.
.PHONY: site
site:
	@tests/mdbook
	@docs/build-site
