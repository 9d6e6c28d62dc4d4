//! The Lambda `catalogue`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(catalogue::function)
}
