//! The Lambda `influencer`.

use shared::runtime::{function::Failure, serve};

fn main() -> Result<(), Failure> {
    serve(influencer::function)
}
