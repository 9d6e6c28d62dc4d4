//! The Lambda `admin`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(admin::function)
}
