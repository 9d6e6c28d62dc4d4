//! Keys of sellers: for which brands they see what, what they ask of influencers, and what is told of brands (MONEY 35).

use domain::{
    catalogue::brand::Brand,
    feeds::Position,
    ids::{BriefId, TopicId, UserId},
    money::insights::Week,
};

use super::{Key, at};

/// Which brands somebody sees as a seller.
pub fn seller(user: &UserId) -> Key {
    Key::new(format!("SELLER#{user}"), "BRANDS")
}

/// A brief to somebody.
pub fn brief(user: &UserId, brief: BriefId) -> Key {
    Key::new(briefs_to(user), brief.to_string())
}

/// The collection of the briefs to somebody, and of which of them run.
pub fn briefs_to(user: &UserId) -> String {
    format!("BRIEFS#{user}")
}

/// Which briefs somebody accepted that run.
pub fn running_briefs(user: &UserId) -> Key {
    Key::new(briefs_to(user), "~RUNNING")
}

/// A brief in the list of who sent it.
pub fn sent_brief(user: &UserId, brief: BriefId) -> Key {
    Key::new(briefs_by(user), brief.to_string())
}

/// The collection of the briefs that somebody sent.
pub fn briefs_by(user: &UserId) -> String {
    format!("SENT#{user}")
}

/// That a question or a poll is about a brand's products, or on a topic.
pub fn asked(about: &About<'_>, position: Position) -> Key {
    Key::new(asked_about(about), at(position))
}

/// What a question or a poll is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'a> {
    /// A brand's products.
    Brand(&'a Brand),
    /// A topic.
    Topic(&'a TopicId),
}

/// The collection of questions and polls about something.
pub fn asked_about(about: &About<'_>) -> String {
    match about {
        About::Brand(brand) => format!("ASKED#brand:{}", brand.as_str()),
        About::Topic(topic) => format!("ASKED#topic:{topic}"),
    }
}

/// What one person did in a week for a brand, of one kind.
pub fn acted(brand: &Brand, week: Week, figure: &str, person: &str) -> Key {
    Key::new(
        format!("ACTED#{}#{week}", brand.as_str()),
        format!("{figure}#{person}"),
    )
}

/// A part of the figures of a brand in a week.
pub fn figures(brand: &Brand, week: Week, shard: u8) -> Key {
    Key::new(figures_of(brand), format!("{week}#{shard:x}"))
}

/// The collection of the figures of a brand, in the order of time.
pub fn figures_of(brand: &Brand) -> String {
    format!("FIGURES#{}", brand.as_str())
}

/// The week of a key of figures.
pub fn week_of(sk: &str) -> Option<Week> {
    let (week, _shard) = sk.split_once('#')?;
    Week::parse(week)
}
