//! The Lambda `onboarding`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(onboarding::function)
}
