//! The Lambda `posting`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(posting::function)
}
