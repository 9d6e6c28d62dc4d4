//! The Lambda `photos`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(photos::function)
}
