//! The Lambda `notifier`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(notifier::function)
}
