//! The Lambda `feed`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(feed::function)
}
