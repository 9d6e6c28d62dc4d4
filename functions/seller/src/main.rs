//! The Lambda `seller`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(seller::function)
}
