//! Why a post is, or is not, in somebody's feed: the rules that make the feed, asked of one post (FEEDS 7).

use jiff::Timestamp;

use super::{Besides, HORIZON, Position, Reader, Reason};
use crate::{posts::Post, shown::Onlooker};

/// How far a post comes on its way into a feed, or what brought it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It was delivered to the reader.
    Timeline,
    /// It is looked up with its author's posts when the reader asks.
    Pulled,
    /// It is being delivered; the reader is shown it all the same.
    Waiting,
    /// A topic brings it.
    Topic,
    /// What the reader did at products brings it.
    Activity,
    /// A sponsor brings it.
    Sponsored,
    /// Nothing brings it.
    Source,
    /// It was brought, and the reader does not want it.
    Rules,
}

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// They follow its author.
    Followed,
    /// They follow a topic of it.
    Topic,
    /// It is among the hottest.
    Trending,
    /// It shows what is picked for them.
    Activity,
    /// A sponsor has it shown.
    Sponsored,
    /// It is their own.
    OwnPost,
    /// It is older than a feed goes back.
    TooOld,
    /// They follow neither its author nor a topic of it.
    NotFollowed,
    /// They mute its author.
    Muted,
    /// They hide it.
    Hidden,
    /// They want less like it.
    Less,
}

macro_rules! names {
    ($type:ident $($variant:ident $name:literal,)*) => {
        impl $type {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// As the contract spells it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

names! { Stage
    Timeline "timeline",
    Pulled "pulled",
    Waiting "waiting",
    Topic "topic",
    Activity "activity",
    Sponsored "sponsored",
    Source "source",
    Rules "rules",
}

names! { Rule
    Followed "followed",
    Topic "topic",
    Trending "trending",
    Activity "activity",
    Sponsored "sponsored",
    OwnPost "own-post",
    TooOld "too-old",
    NotFollowed "not-followed",
    Muted "muted",
    Hidden "hidden",
    Less "less",
}

/// Where a post stands, as far as it may come to a reader.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Way {
    /// It lies in the reader's timeline.
    pub delivered: bool,
    /// It is found with its author's posts.
    pub pulled: bool,
    /// It lies on the wall of the topic that brings it.
    pub listed: bool,
    /// It is still being delivered.
    pub open: bool,
    /// It is among the sponsored posts that the reader would be shown now.
    pub sponsored: bool,
}

/// Why a post is, or is not, in a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// How far it comes.
    pub stage: Stage,
    /// What decided; of several the first.
    pub rule: Rule,
    /// Why it is there; `None` where it is not.
    pub reason: Option<Reason>,
}

impl Receipt {
    /// Of a post that the reader sees by its address, for a feed that begins at `now`.
    pub fn of(
        post: &Post,
        reader: &Reader,
        onlooker: &Onlooker,
        besides: &Besides<'_>,
        way: Way,
        now: Timestamp,
    ) -> Self {
        if let Some((stage, rule)) = kept_out(post, reader, onlooker, now) {
            return Self {
                stage,
                rule,
                reason: None,
            };
        }
        let brought = |stage, rule, reason| Self {
            stage,
            rule,
            reason: Some(reason),
        };
        if way.sponsored {
            return brought(Stage::Sponsored, Rule::Sponsored, Reason::Sponsored);
        }
        let waits = way.open && !way.listed;
        match reader.reason(post, besides) {
            Some(Reason::Followed) => {
                let stage = if way.delivered {
                    Stage::Timeline
                } else if way.pulled {
                    Stage::Pulled
                } else if way.open {
                    Stage::Waiting
                } else {
                    // Older than what was delivered of an author when they were followed.
                    return Self {
                        stage: Stage::Source,
                        rule: Rule::TooOld,
                        reason: None,
                    };
                };
                brought(stage, Rule::Followed, Reason::Followed)
            }
            Some(reason @ Reason::Topic(_)) if waits => {
                brought(Stage::Waiting, Rule::Topic, reason)
            }
            Some(reason @ Reason::Topic(_)) => brought(Stage::Topic, Rule::Topic, reason),
            Some(reason @ Reason::Trending(_)) => brought(Stage::Topic, Rule::Trending, reason),
            Some(reason @ Reason::Activity(_)) => brought(Stage::Activity, Rule::Activity, reason),
            Some(Reason::Sponsored) | None => Self {
                stage: Stage::Source,
                rule: Rule::NotFollowed,
                reason: None,
            },
        }
    }
}

/// What keeps a post out of a feed, whatever brings it.
fn kept_out(
    post: &Post,
    reader: &Reader,
    onlooker: &Onlooker,
    now: Timestamp,
) -> Option<(Stage, Rule)> {
    let oldest = now.saturating_sub(HORIZON).unwrap_or(now);
    let oldest = Position::start_of(oldest);
    if post.author == reader.id {
        Some((Stage::Source, Rule::OwnPost))
    } else if onlooker.rules().mute(&post.author) {
        Some((Stage::Rules, Rule::Muted))
    } else if onlooker.hid(post.id) {
        Some((Stage::Rules, Rule::Hidden))
    } else if onlooker.turned_down(post.id) {
        Some((Stage::Rules, Rule::Less))
    } else if Position::of(post).is_none_or(|at| at < oldest) {
        Some((Stage::Source, Rule::TooOld))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap};

    use jiff::SignedDuration;
    use ulid::Ulid;

    use super::*;
    use crate::{
        engagement::{Acts, Feedback},
        feeds::{Following, Suggested, Taste},
        ids::{PostId, ProductId, TopicId, UserId},
        people::Rules,
        posts::{PostKind, PostStatus},
    };

    fn now() -> Timestamp {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    fn person(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    fn product(id: &str) -> ProductId {
        ProductId::parse(id).unwrap()
    }

    fn topic(id: &str) -> TopicId {
        TopicId::parse(id).unwrap()
    }

    fn post(author: &str, topics: &[&str], days: i64) -> Post {
        let at = now() - SignedDuration::from_hours(24 * days);
        Post {
            status: PostStatus::Published,
            published_at: Some(at),
            topics: topics.iter().map(|id| topic(id)).collect(),
            ..Post::new(PostId(Ulid::nil()), person(author), PostKind::Story, at)
        }
    }

    fn reader() -> Reader {
        Reader {
            id: person("reader"),
            following: Following {
                pushed: [person("ana").hash()].into(),
                pulled: [person("ben")].into(),
            },
            topics: [topic("coffee")].into(),
            taste: Taste::default(),
            hottest: HashMap::new(),
        }
    }

    /// Stage and rule, and whether there is a reason.
    fn told(
        post: &Post,
        acts: Acts,
        way: Way,
        mutes: &[&str],
    ) -> (&'static str, &'static str, bool) {
        let rules = Rules {
            mutes: mutes.iter().map(|id| person(id).hash()).collect(),
            ..Rules::default()
        };
        let mut onlooker = Onlooker::new(person("reader"), rules);
        onlooker.did([(post.id, acts)]);
        let picks = [Suggested {
            product: product("pick"),
            cause: Some(product("cause")),
        }];
        let hot: BTreeSet<_> = [PostId(Ulid::from_parts(9, 9))].into();
        let besides = Besides {
            picks: &picks,
            hot: Some(&hot),
        };
        let told = Receipt::of(post, &reader(), &onlooker, &besides, way, now());
        (told.stage.name(), told.rule.name(), told.reason.is_some())
    }

    #[test]
    fn what_brings_a_post_is_told_with_how_far_it_came() {
        let none = Way::default();
        let [delivered, pulled, listed, open, sponsored] = [
            Way {
                delivered: true,
                ..none
            },
            Way {
                pulled: true,
                ..none
            },
            Way {
                listed: true,
                open: true,
                ..none
            },
            Way { open: true, ..none },
            Way {
                sponsored: true,
                ..none
            },
        ];
        let shows = |author: &str| Post {
            products: vec![product("pick")],
            ..post(author, &["coffee"], 1)
        };
        let hot = Post {
            id: PostId(Ulid::from_parts(9, 9)),
            ..post("cleo", &["cats"], 1)
        };
        for (post, way, told_so) in [
            (
                post("ana", &[], 1),
                delivered,
                ("timeline", "followed", true),
            ),
            (
                post("ana", &["coffee"], 1),
                open,
                ("waiting", "followed", true),
            ),
            (post("ben", &[], 1), pulled, ("pulled", "followed", true)),
            (post("ben", &[], 1), open, ("waiting", "followed", true)),
            (shows("ana"), delivered, ("timeline", "followed", true)),
            (shows("cleo"), none, ("activity", "activity", true)),
            (hot, none, ("topic", "trending", true)),
            (
                post("cleo", &["cats", "coffee"], 1),
                none,
                ("topic", "topic", true),
            ),
            (
                post("cleo", &["coffee"], 1),
                listed,
                ("topic", "topic", true),
            ),
            (
                post("cleo", &["coffee"], 1),
                open,
                ("waiting", "topic", true),
            ),
            (
                post("cleo", &["cats"], 1),
                open,
                ("source", "not-followed", false),
            ),
            (
                post("cleo", &["cats"], 1),
                sponsored,
                ("sponsored", "sponsored", true),
            ),
            (
                post("ana", &[], 1),
                sponsored,
                ("sponsored", "sponsored", true),
            ),
            (post("ana", &[], 29), none, ("source", "too-old", false)),
        ] {
            assert_eq!(told(&post, Acts::default(), way, &[]), told_so, "{post:?}");
        }
    }

    #[test]
    fn of_what_keeps_a_post_out_the_first_is_told() {
        let way = Way {
            sponsored: true,
            delivered: true,
            ..Way::default()
        };
        let less = Acts {
            taste: Some(Feedback {
                more: false,
                at: now(),
            }),
            ..Acts::default()
        };
        let hidden = Acts {
            hide: Some(now()),
            ..less.clone()
        };
        let own = post("reader", &["coffee"], 31);
        assert_eq!(
            told(&own, hidden.clone(), way, &["reader"]),
            ("source", "own-post", false)
        );
        let old = post("ana", &[], 31);
        for (acts, mutes, rule) in [
            (hidden.clone(), &["ana"][..], ("rules", "muted", false)),
            (hidden, &[], ("rules", "hidden", false)),
            (less, &[], ("rules", "less", false)),
            (Acts::default(), &[], ("source", "too-old", false)),
        ] {
            assert_eq!(told(&old, acts, way, mutes), rule);
        }
        let more = Acts {
            taste: Some(Feedback {
                more: true,
                at: now(),
            }),
            ..Acts::default()
        };
        let recent = post("ana", &[], 29);
        assert_eq!(
            told(&recent, more, way, &[]),
            ("sponsored", "sponsored", true)
        );
    }
}
