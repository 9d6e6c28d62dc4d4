//! The Lambda `relay`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(relay::function)
}
