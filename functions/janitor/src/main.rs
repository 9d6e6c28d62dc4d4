//! The Lambda `janitor`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(janitor::function)
}
