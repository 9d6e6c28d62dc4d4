//! The Lambda `pages`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(pages::function)
}
