//! Relations of whole repositories: scenarios, and properties of any repository.

mod properties;
mod repository;
mod scenarios;
