//! What is a violation: rules and exceptions, judged by one function for metrics, pages, commands and
//! tests alike. Pure: what is known comes in as an [`Inventory`](crate::inventory::Inventory), and now as an
//! argument. Another field of a rule begins in `rule`, what it takes of the configuration in
//! `config/policy`.

mod subject;

pub use subject::Subject;
