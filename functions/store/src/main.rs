//! The Lambda `store`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(store::function)
}
