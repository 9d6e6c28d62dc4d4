//! The Lambda `fanout`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(fanout::function)
}
