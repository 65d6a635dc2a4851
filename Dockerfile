# The image of rhombus-share-exporter: one binary, no shell, no root, nothing to write.
#
#   docker build --build-arg REVISION="$(git rev-parse HEAD)" -t rhombus-share-exporter:0.1.0 .

# --- build ---------------------------------------------------------------------------------------
# Debian 12 builds what Debian 12 runs: the same glibc on both sides. Both images are named by their digest too, which
# is that of all platforms together: what was looked at is what is used, whatever the tag means later.
FROM rust:1.95-bookworm@sha256:6258907abe69656e41cd992e0b705cdcfabcbbe3db374f92ed2d47121282d4a1 AS build
WORKDIR /src
COPY . .
# The commit that `build_info` and `--version` name.
ARG REVISION=unknown
# One target cache for each platform.
ARG TARGETPLATFORM
# The caches keep the dependencies from one build to the next. Our own crates are always compiled:
# cargo goes by modification times, and those of a copied file may be older than the cache. What is built is what the
# other packages hold: with the list of its dependencies in it, for `cargo audit bin`.
RUN --mount=type=cache,id=cargo-registry,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=cargo-target-${TARGETPLATFORM},target=/src/target,sharing=locked \
    find . -path ./target -prune -o -name '*.rs' -exec touch {} + \
    && release/tools auditable \
    && REVISION="${REVISION}" SOURCE_DATE_EPOCH=0 release/binary \
    && install -D -m 0755 target/release/rhombus-share-exporter /out/rhombus-share-exporter

# --- run -----------------------------------------------------------------------------------------
# glibc, libgcc, the CA certificates, and nothing else: no shell and no package manager. Not static
# musl: the cryptography (aws-lc) is C that is built and tested against glibc first, and musl's
# allocator is slow with the threads of a poll.
FROM gcr.io/distroless/cc-debian12:nonroot@sha256:9dac0a79194e45a7da0158a9c6da57b217585af0786db3845d1f0ec1a0dd182f
COPY --from=build /out/rhombus-share-exporter /usr/bin/rhombus-share-exporter

ARG REVISION=unknown
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="rhombus-share-exporter" \
      org.opencontainers.image.description="Prometheus exporter and audit monitor for footage shared by Rhombus links" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/rhombus-share-exporter/rhombus-share-exporter" \
      org.opencontainers.image.documentation="https://github.com/rhombus-share-exporter/rhombus-share-exporter/blob/main/docs/deploy.md" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# One place for freed memory, not one a thread: a poll goes from thread to thread, and what one frees the
# next would not find. docs/performance.md has what that is worth.
ENV MALLOC_ARENA_MAX=1

# By number, so that Kubernetes' runAsNonRoot can check it.
USER 65532:65532
EXPOSE 10063
STOPSIGNAL SIGTERM
# Asks http://127.0.0.1:10063/-/healthy: that the process serves, not that Rhombus answers, since a
# restart mends nothing at Rhombus.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 \
    CMD ["/usr/bin/rhombus-share-exporter", "healthcheck"]
ENTRYPOINT ["/usr/bin/rhombus-share-exporter"]
CMD ["serve"]
