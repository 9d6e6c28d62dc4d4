//! The Lambda `almanac`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(almanac::function)
}
