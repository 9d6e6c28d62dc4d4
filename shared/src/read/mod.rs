//! What is to be shown, gathered: posts with what stands in them and around them.

pub mod cache;
