//! The Lambda `attribution`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(attribution::function)
}
