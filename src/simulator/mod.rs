//! A Rhombus API to run against: for the demo, the tests and the benchmarks. It has no part in the
//! exporter's decoding, and begins with what there is to tell of.

mod demo;
mod generated;
mod pen;
mod record;
mod world;

pub use demo::Place;
pub use world::WorldKind;
