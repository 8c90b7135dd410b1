//! What people and scripts get to see: tables, `-H` lines and JSON from one row type; progress; warnings.

pub mod mounting;
pub mod progress;
pub mod results;
pub mod table;
