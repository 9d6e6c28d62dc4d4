//! Deeds that begin anew when what they stand on has changed meanwhile.

use super::{ATTEMPTS, pause};
use crate::error::Error;

/// How often a deed was begun anew.
#[derive(Debug)]
pub struct Anew {
    what: &'static str,
    begun: u32,
}

impl Anew {
    /// Of a deed that stands on this: `the post`.
    pub fn standing_on(what: &'static str) -> Self {
        Self { what, begun: 1 }
    }

    /// Waits until the deed may begin anew.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it has begun often enough.
    pub async fn begin(&mut self) -> Result<(), Error> {
        if self.begun >= ATTEMPTS {
            return Err(Error::unavailable(format!("{} kept changing", self.what)));
        }
        pause(self.begun - 1).await;
        self.begun += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_deed_is_given_up_when_what_it_stands_on_does_not_stop_changing() {
        let mut anew = Anew::standing_on("the post");
        let mut begun = 1;
        while anew.begin().await.is_ok() {
            begun += 1;
        }
        assert_eq!(begun, ATTEMPTS);
        let given_up = anew.begin().await.unwrap_err();
        assert!(given_up.retryable());
        assert_eq!(
            given_up.cause().unwrap().to_string(),
            "the post kept changing"
        );
    }
}
