//! The edge: what every HTTP function shares.

pub mod views;
