//! What this binary is: the values of `--version` and of
//! `rhombus_share_exporter_build_info`. `build.rs` finds them.

/// The version of the crate, e.g. `0.1.0`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The short hash of the commit it was built from; `unknown` outside a checkout.
pub const REVISION: &str = env!("BUILD_REVISION");
/// The compiler, e.g. `1.95.0`.
pub const RUSTC: &str = env!("BUILD_RUSTC");
/// What `--version` prints after the name.
pub const LONG: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    " (revision ",
    env!("BUILD_REVISION"),
    ", rustc ",
    env!("BUILD_RUSTC"),
    ")"
);
