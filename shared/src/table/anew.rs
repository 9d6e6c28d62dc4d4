//! Deeds that begin anew when what they stand on has changed meanwhile.

use crate::{aws::Tries, error::Error};

/// The tries at a deed.
#[derive(Debug)]
pub struct Anew {
    what: &'static str,
    tries: Tries,
}

impl Anew {
    /// Of a deed that stands on this: `the post`.
    pub fn standing_on(what: &'static str) -> Self {
        let tries = Tries::new();
        Self { what, tries }
    }

    /// Waits until the deed may begin anew.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when there is no time for it.
    pub async fn begin(&mut self) -> Result<(), Error> {
        self.tries
            .after(&format!("{} kept changing", self.what))
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_deed_is_given_up_when_what_it_stands_on_does_not_stop_changing() {
        let mut anew = Anew::standing_on("the post");
        let given_up = loop {
            if let Err(given_up) = anew.begin().await {
                break given_up;
            }
        };
        assert!(given_up.retryable());
        assert_eq!(
            given_up.cause().unwrap().to_string(),
            "the post kept changing"
        );
    }
}
