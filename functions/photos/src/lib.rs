//! Checks uploads, makes their renditions, and publishes the posts that waited for them.

pub mod pipeline;
