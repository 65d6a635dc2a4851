# What the steps of a release share: the version, the machine, where the files go and the date that they bear.
# Each step is a script beside this one that reads it first, and can be run by itself; release/dist runs them all.
#
# DIST_PROFILE=dev packs the quick build instead of the release, to try the steps. DIST_DIR is another directory.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

NAME=rhombus-share-exporter
HOMEPAGE=https://github.com/$NAME/$NAME
VERSION=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | sed -n 1p)
PROFILE=${DIST_PROFILE:-release}
DIST=${DIST_DIR:-target/dist/$VERSION}
CHART=deploy/helm/$NAME
export PATH="$PWD/target/tools/cargo/bin:$PATH"

fail() {
  printf '%s: %s\n' "$0" "$*" >&2
  exit 1
}

case $(uname -m) in
  x86_64) ARCHITECTURE=amd64 ;;
  aarch64) ARCHITECTURE=arm64 ;;
  *) fail "there are releases for x86_64 and aarch64, and none for $(uname -m)" ;;
esac

# cargo's directory of the profile `dev` is called `debug`.
BINARY=${CARGO_TARGET_DIR:-target}/${PROFILE/#dev/debug}/$NAME

# The date of the commit, so that whoever builds it again gets the same bytes.
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) ||
    fail "git can not say the date of the commit: set SOURCE_DATE_EPOCH to the date of the release, in seconds since 1970"
fi
export SOURCE_DATE_EPOCH

# pack FILE DIRECTORY NAME: NAME in DIRECTORY as a .tar.gz that depends on nothing but what is in it.
pack() {
  tar --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mode='u+w,go=rX' \
    --mtime="@$SOURCE_DATE_EPOCH" -C "$2" -cf - "$3" | gzip -9n >"$1"
}

mkdir -p "$DIST"
# What is read by those who source this.
: "$HOMEPAGE" "$BINARY" "$ARCHITECTURE" "$CHART"
