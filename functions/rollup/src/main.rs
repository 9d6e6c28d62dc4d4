//! The Lambda `rollup`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(rollup::function)
}
