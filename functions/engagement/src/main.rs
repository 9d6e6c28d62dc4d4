//! The Lambda `engagement`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(engagement::function)
}
