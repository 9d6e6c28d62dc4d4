//! What is found in texts: by the suite of twitter-text, and whatever the text.

mod conformance;
mod properties;
