//! The Lambda `links`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(links::function)
}
