//! The kinds of item in the table, a line each: where it lies, whose it is, what deleting that account
//! does with it, what of it an account's export gives, and which of its changes the relay is told.
//!
//! What must know every kind walks this list: the relay, by [`Relayed`]; the stream's filter, by
//! [`stream_filters`]; an account's deletion and export, by [`LINES`]; and the documents.

use std::collections::BTreeSet;

use domain::{
    engagement::{Idea, Place, Subject, Thing, Visibility},
    feeds::{HotList, Position},
    ids::{
        AppealId, BriefId, ExportId, InvitationId, ListId, NoticeId, PhotoId, PostId, ProductId,
        ReviewId, SponsorshipId, StatementId, TopicId, UserId,
    },
    money::{Account, insights::Week, social::Network},
};
use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};
use ulid::Ulid;

use super::{Key, Month};

mod parts;

pub use parts::{FollowingPage, HeadPage, Spread};
use parts::{Part, parts_of};

/// What deleting an account does with an item that is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// It goes, with the counts that it moved.
    Goes,
    /// It stays: it is nobody's, or must be kept.
    Stays,
    /// It is left to its TTL, which one that has none is given then.
    Expires,
}

/// Which changes of an item the relay is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// None.
    Never,
    /// That it is there.
    Inserted,
    /// That it is gone.
    Removed,
    /// Whatever became of it.
    Changed,
    /// Whatever became of it, and of nothing else of its partition.
    ChangedAlone,
    /// That a crowd acts on it: its counts are spread over shards from now on.
    Heated,
}

/// A kind of item.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// That of its variant of [`Item`].
    pub name: &'static str,
    /// What it is.
    pub what: &'static str,
    /// Its partition key, with names for what differs.
    pub pk: &'static str,
    /// Its sort key, likewise.
    pub sk: &'static str,
    /// Whose it is, by a name of the keys or an attribute; empty for nobody's.
    pub whose: &'static str,
    /// What deleting that account does with it.
    pub leaving: Leaving,
    /// What an account's export calls it; empty where it says nothing that is not said elsewhere.
    pub export: &'static str,
    /// What the relay is told.
    pub told: Told,
    /// Whether such an item lies at a key.
    is_at: fn(&Key) -> bool,
}

impl Line {
    /// Its partition keys, as a pattern in which `*` stands for whatever differs.
    pub fn partitions(&self) -> String {
        match self.pk.split_once('{') {
            Some((prefix, _)) => format!("{prefix}*"),
            None => self.pk.to_owned(),
        }
    }

    /// That of the item at a key; `None` where none of ours lies.
    pub fn of(key: &Key) -> Option<&'static Self> {
        LINES.iter().find(|line| (line.is_at)(key))
    }
}

macro_rules! items {
    (told { $($told:tt)* } untold { $($untold:tt)* }) => {
        items!(@enum
            /// An item of which the relay is told something, by its key.
            Relayed $($told)*);
        items!(@enum
            /// An item by its key.
            Item $($told)* $($untold)*);
        items!(@lines $($told)* $($untold)*);
    };
    (@enum #[doc = $doc:literal] $enum:ident
        $($what:literal $name:ident($($part:ty),*), $pk:literal / $sk:literal,
            $whose:literal $leaving:ident $export:literal $told:ident;)*) => {
        #[doc = $doc]
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $enum {
            $(#[doc = $what] $name($($part),*),)*
        }

        impl $enum {
            /// Which lies at a key; `None` where none does.
            pub fn at(key: &Key) -> Option<Self> {
                $(let read = || {
                    let mut parts = parts_of($pk, $sk, key)?.into_iter();
                    Some(Self::$name($(<$part as Part>::read(parts.next()?)?),*))
                };
                if let Some(item) = read() {
                    return Some(item);
                })*
                None
            }
        }
    };
    (@lines $($what:literal $name:ident($($part:ty),*), $pk:literal / $sk:literal,
        $whose:literal $leaving:ident $export:literal $told:ident;)*) => {
        /// Every kind of item.
        pub const LINES: &[Line] = &[$(Line {
            name: stringify!($name),
            what: $what,
            pk: $pk,
            sk: $sk,
            whose: $whose,
            leaving: Leaving::$leaving,
            export: $export,
            told: Told::$told,
            is_at: |key| {
                let read = || {
                    let mut parts = parts_of($pk, $sk, key)?.into_iter();
                    $(<$part as Part>::read(parts.next()?)?;)*
                    Some(())
                };
                read().is_some()
            },
        },)*];
    };
}

items! {
    told {
        "that a reader follows an author" Follows(UserId, UserId), "FOLLOWS#{reader}" / "{author}", "reader, author" Goes "follows.people" Changed;
        "a post with its counts" Post(PostId), "POST#{post}" / "POST", "author" Goes "posts" Changed;
        "that an edit brought a post to other walls, or took it off some" CameTo(PostId, u64), "POST#{post}" / "CAME-TO#{edition}", "author" Expires "" Inserted;
        "an upload, from its ticket on" Photo(PhotoId), "PHOTO#{photo}" / "PHOTO", "owner" Goes "photos" Removed;
        "a person who has joined" Profile(UserId), "USER#{user}" / "PROFILE", "user" Goes "profile" ChangedAlone;
        "what a person did at a post" Acts(UserId, PostId), "ACTS#{user}" / "{post}", "user" Goes "smiles, votes, hides, feedback" Changed;
        "what a person did at a product" ActsAtProduct(UserId, ProductId), "ACTS#{user}" / "p#{product}", "user" Goes "" Changed;
        "what a person did at a comment" ActsAtComment(UserId, PostId, Ulid), "ACTS#{user}" / "C{post}#{own}", "user" Goes "smiles" Changed;
        "a comment with its counts" Comment(PostId, Ulid), "COMMENTS#{post}" / "C#{own}", "author" Goes "comments" Changed;
        "a reply with its counts" Reply(PostId, Ulid, Ulid), "COMMENTS#{post}" / "R#{parent}#{own}", "author" Goes "comments" Changed;
        "a product as cards show it" Product(ProductId), "PRODUCT#{product}" / "PRODUCT", "" Stays "" Heated;
        "a list of products and posts" List(ListId), "LIST#{list}" / "LIST", "owner" Goes "lists" ChangedAlone;
        "a person's report on a subject" Report(Subject, UserId), "CASE#{subject}" / "BY#{user}", "user" Expires "" Changed;
        "a statement of reasons to a person" Statement(UserId, StatementId), "STATEMENTS#{user}" / "{statement}", "user" Expires "decisions" Inserted;
        "what a person has earned by what they shared" Badge(UserId), "USER#{user}" / "BADGE", "user" Goes "badges" ChangedAlone;
        "what a person used, which their stream goes by" History(UserId), "USER#{user}" / "HISTORY", "user" Goes "activity" ChangedAlone;
        "how often a reader opens their feed" Rate(UserId), "USER#{reader}" / "RATE", "reader" Goes "" ChangedAlone;
        "an entry of an account that is not sealed yet" Unsealed(Account, String), "UNSEALED#{account}" / "{entry}", "" Stays "" Inserted;
        "a click of a visitor's" VisitorClick(String, Ulid), "VISITOR#{visitor}" / "{click}", "" Stays "" Inserted;
        "that an account is being deleted" Deletion(UserId), "DELETION#{user}" / "JOB", "user" Goes "" Inserted;
        "an export of an account" Export(UserId, ExportId), "EXPORTS#{user}" / "{export}", "user" Goes "" Inserted;
    }
    untold {
        "the claim on a handle" Handle(String), "HANDLE#{handle}" / "HANDLE", "user" Stays "" Never;
        "that an author's posts are pushed to a reader" Fan(UserId, Spread), "FANS#{author}" / "{hash4+reader}", "reader, author" Goes "" Never;
        "that a reader pulls an author's posts" Pull(UserId, Spread), "PULLS#{author}" / "{hash4+reader}", "reader, author" Goes "" Never;
        "a sixteenth of whom a reader follows, by what stands for the authors" Following(UserId, FollowingPage), "USER#{reader}" / "FOLLOWING#{page}", "reader" Goes "" Never;
        "that a person chose a topic" Interested(TopicId, Timestamp, UserId), "INTERESTED#{topic}" / "{joined_at}#{user}", "user" Goes "follows.topics" Never;
        "that a post was there, for a month after it was deleted" Gone(PostId), "POST#{post}" / "GONE", "" Stays "" Never;
        "a post in its author's list" Authored(UserId, Position), "POSTS#{author}" / "{at}", "author" Goes "" Never;
        "a post that does not appear yet, in its author's list" Waiting(UserId, PostId), "WAITING#{author}" / "{post}", "author" Goes "" Never;
        "an upload of the last day, in its owner's list" Uploaded(UserId, PhotoId), "UPLOADS#{owner}" / "{photo}", "owner" Goes "" Never;
        "which export of an account is not finished" UnfinishedExport(UserId), "EXPORTS#{user}" / "UNFINISHED", "user" Goes "" Never;
        "that a post is still being delivered" Open(u8, Position), "OPEN#{shard}" / "{at}", "author" Goes "" Never;
        "that an upload is awaited" Awaited(u8, Timestamp, PhotoId), "AWAITED#{shard}" / "{since}#{photo}", "owner" Goes "" Never;
        "where an author's latest posts stand" Head(UserId), "USER#{author}" / "HEAD", "author" Goes "" Never;
        "into how many ranges a post's delivery is cut" Planned(PostId), "FANOUT#{post}" / "PLAN", "" Stays "" Never;
        "which ranges of a block of them were served" RangesDone(PostId, u64, u64), "FANOUT#{post}" / "DONE#{ranges}#{block}", "" Stays "" Never;
        "which blocks of them are whole" BlocksDone(PostId, u64), "FANOUT#{post}" / "BLOCKS#{ranges}", "" Stays "" Never;
        "to how many a post was delivered" Reach(PostId), "FANOUT#{post}" / "REACH", "" Stays "" Never;
        "that a post shows a product" Shows(ProductId, Position), "SHOWS#{product}" / "{at}", "" Stays "" Never;
        "a post in a reader's timeline" Timeline(UserId, Position), "FEED#{reader}" / "{at}", "reader" Goes "" Never;
        "a post on a topic's wall" OnTopic(TopicId, Month, Position), "TOPIC#{topic}#{month}" / "{at}", "" Stays "" Never;
        "the hottest posts of a topic or of all, as they were in a minute" Hottest(HotList, u32), "TOPIC#{list}" / "HOT#{minute}", "" Stays "" Never;
        "the lists that editors feature" Finds(u8), "FINDS" / "{page}", "" Stays "" Never;
        "the best comments of a post that has very many" Best(PostId), "COMMENTS#{post}" / "TOP", "" Stays "" Never;
        "a part of the counts of a hot thing" Shard(Thing, u8, u64, u64), "COUNTS#{thing}#{page}" / "{gen}#{shard}", "" Stays "" Never;
        "whom a person blocks and mutes, and who blocks them" Rules(UserId), "USER#{user}" / "RULES", "user" Expires "" Never;
        "a part of them, where they are very many" RulesPage(UserId, u8), "USER#{user}" / "RULES#{page}", "user" Expires "" Never;
        "what a person wants more and less of" Taste(UserId), "USER#{user}" / "TASTE", "user" Goes "" Never;
        "which sponsored posts a person was shown today" Ads(UserId), "USER#{user}" / "ADS", "user" Goes "" Never;
        "that a post is shown for a sponsor" Sponsored(SponsorshipId), "SPONSORED" / "{sponsorship}", "" Stays "" Never;
        "that a person blocks another" Blocked(UserId, UserId), "BLOCKED#{user}" / "{other}", "user" Goes "blocks" Never;
        "that a person mutes another" Muted(UserId, UserId), "MUTED#{user}" / "{other}", "user" Goes "mutes" Never;
        "what a person is told of others" Notice(UserId, NoticeId), "INBOX#{user}" / "{notice}", "user" Goes "notifications" Never;
        "to which notice the next act of its kind goes" OpenNotice(UserId, String, String), "INBOX#{user}" / "GROUP#{kind}#{subject}", "user" Goes "" Never;
        "everybody of whom a notice tells" ToldOf(UserId, NoticeId), "INBOX#{user}" / "WHO#{notice}", "user" Goes "" Never;
        "a thing in a list" Listed(ListId, Place), "LIST#{list}" / "AT#{order}", "owner" Goes "lists" Never;
        "a list among those of its owner" OwnedList(UserId, Timestamp, ListId), "LISTS#{owner}" / "{created_at}#{list}", "owner" Goes "" Never;
        "how many lists a person has" ListCount(UserId), "LISTS#{owner}" / "COUNT", "owner" Goes "" Never;
        "that a list holds a thing" InList(Idea, Visibility, Timestamp, ListId), "INLISTS#{thing}" / "{visibility}#{added_at}#{list}", "owner" Goes "" Never;
        "all that was reported, appealed and decided of a subject" Case(Subject), "CASE#{subject}" / "CASE", "author" Expires "" Never;
        "a case in the moderators' list" Queued(String, Timestamp, Subject), "QUEUE#{state}" / "{due_at}#{subject}", "" Stays "" Never;
        "that a person reported a subject" Reported(UserId, Subject), "REPORTED#{user}" / "{subject}", "user" Goes "reports" Never;
        "an appeal of a person's" Appealed(UserId, AppealId), "APPEALS#{user}" / "{appeal}", "user" Goes "appeals" Never;
        "what of a person's moderators hid" Strikes(UserId), "USER#{user}" / "STRIKES", "user" Expires "" Never;
        "what came of a person's reports" Reporter(UserId), "USER#{user}" / "REPORTER", "user" Expires "" Never;
        "what is only said on a product's page" ProductDetails(ProductId), "PRODUCT#{product}" / "DESCRIPTION", "" Stays "" Never;
        "what was got with a product" Pairs(ProductId), "PRODUCT#{product}" / "PAIRS", "" Stays "" Never;
        "a product that may be picked" Picked(String, ProductId), "PICKS#{shelf}" / "{product}", "" Stays "" Never;
        "a review that a person wrote in the store" Review(UserId, ReviewId), "REVIEWS#{user}" / "{review}", "user" Goes "reviews" Never;
        "a review in its writer's list" Reviewed(UserId, Timestamp, ReviewId), "REVIEWED#{user}" / "{written_at}#{review}", "user" Goes "" Never;
        "the report on a file of the store's" Import(String), "IMPORT#{import}" / "IMPORT", "" Stays "" Never;
        "a report in the list of all" ListedImport(Timestamp, String), "IMPORTS" / "{confirmed_at}#{import}", "" Stays "" Never;
        "a product at a word that it is found by" FindProduct(String, String, u8, u64, ProductId), "FIND#product#{first}" / "{word}#{rank}#{age}#{product}", "" Stays "" Never;
        "a person at a word that they are found by" FindPerson(String, String, u8, u64, UserId), "FIND#person#{first}" / "{word}#{rank}#{age}#{user}", "user" Goes "" Never;
        "a post at a word that it is found by" FindPost(String, String, u8, u64, PostId), "FIND#post#{first}" / "{word}#{rank}#{age}#{post}", "author" Goes "" Never;
        "by which words a product is found" FoundProduct(ProductId), "FOUND#product#{product}" / "WORDS", "" Stays "" Never;
        "by which words a person is found" FoundPerson(UserId), "FOUND#person#{user}" / "WORDS", "user" Goes "" Never;
        "by which words a post is found" FoundPost(PostId), "FOUND#post#{post}" / "WORDS", "author" Goes "" Never;
        "an account of a person's with a network" SocialAccount(UserId, Network), "SOCIAL#{user}" / "{network}", "user" Goes "social_accounts" Never;
        "by which code in a profile a person proves an account" Proof(UserId, Network), "SOCIAL#{user}" / "~PROOF#{network}", "user" Goes "" Never;
        "whose an account of a network is" SocialClaim(Network, String), "CLAIMED#{network}#{claim}" / "CLAIMED", "user" Goes "" Never;
        "that a person went to a network to sign in" LinkBegun(String), "LINKING#{hash}" / "BEGUN", "user" Expires "" Never;
        "which account a person came back with" LinkRead(String), "LINKING#{hash}" / "READ", "user" Expires "" Never;
        "how a person's application stands" Application(UserId), "USER#{user}" / "APPLICATION", "user" Goes "influencer.applications" Never;
        "that an application is to be decided" Vetting(Timestamp, UserId), "VETTING" / "{decide_at}#{user}", "user" Goes "" Never;
        "which account is a person's" Engaged(UserId), "USER#{user}" / "ACCOUNT", "user" Goes "influencer.account" Never;
        "what stands at the head of a person's storefront" Storefront(UserId), "USER#{user}" / "STOREFRONT", "user" Goes "" Never;
        "that an event of the store's is known" StoreEvent(String), "EVENT#{event}" / "EVENT", "" Stays "" Never;
        "an order of a customer's, with the clicks that its lines name" CustomerOrder(UserId, Timestamp, String), "ORDERS#{user}" / "{at}#{event}", "user" Goes "" Never;
        "that an order names a click" Clicked(Ulid, Timestamp, String), "CLICKED#{click}" / "{at}#{event}", "customer" Expires "" Never;
        "the book of an order line" OrderLine(String), "LINE#{line}" / "LINE", "" Stays "" Never;
        "that an account is told of an order line" ToldLine(Account, Timestamp, String), "LINES#{account}" / "{at}#{line}", "" Stays "" Never;
        "a sealed block of an account's entries" Block(Account, u64), "CHAIN#{account}" / "BLOCK#{n}", "" Stays "" Never;
        "where an account's chain ends, with what it is owed" ChainHead(HeadPage, Account), "HEADS#{page}" / "{account}", "" Stays "" Never;
        "how an account stands" AccountState(Account), "ACCOUNT#{account}" / "STATE", "" Stays "" Never;
        "a row of the rate table" RateRow(String), "RATES" / "{rate}", "" Stays "" Never;
        "what an account was paid by a run" Payout(String, Account, String), "PAYOUT#{run}" / "{account}#{currency}", "" Stays "" Never;
        "of which month payouts were run last" LastRun(u8), "RUNS" / "{page}", "" Stays "" Never;
        "a payout in the list of its account's" Paid(Account, Timestamp, String, String), "PAYOUTS#{account}" / "{at}#{run}#{currency}", "" Stays "" Never;
        "an event of the store's that contradicts another" EventConflict(Timestamp, String), "CONFLICTS" / "{received_at}#{event}", "" Stays "" Never;
        "which click a visitor made with a link in a minute" ClickOnce(String, String), "VISITOR#{visitor}" / "ONCE#{minute+link}", "" Stays "" Never;
        "a click on a link of an account's" AccountClick(Account, String, String, Ulid), "CLICKS#{account}#{day}#{shard}" / "{click}", "" Stays "" Never;
        "a view of a post by a person" Viewed(UserId, Timestamp, PostId), "VIEWS#{user}" / "{at}#{post}", "user" Goes "" Never;
        "the clicks of an account on a day" DayTotal(Account, Date), "CLICKS#{account}" / "{day}", "" Stays "" Never;
        "how far the days are counted" Counting(String), "COUNTING" / "{what}", "" Stays "" Never;
        "that a person is an influencer" Influencer(UserId), "INFLUENCERS" / "{user}", "user" Goes "" Never;
        "that there is an account" KnownAccount(Account), "ACCOUNTS" / "{account}", "" Stays "" Never;
        "an invitation to be an Onsite Associate" Invitation(UserId, InvitationId), "INVITATIONS#{user}" / "{invitation}", "user" Goes "" Never;
        "how far a month's round of invitations has come" Round(String), "ROUND" / "{month}", "" Stays "" Never;
        "which brands a person sees as a seller" Seller(UserId), "SELLER#{user}" / "BRANDS", "user" Goes "seller.brands" Never;
        "a brief to a person" Brief(UserId, BriefId), "BRIEFS#{user}" / "{brief}", "user" Goes "influencer.briefs" Never;
        "which briefs run that a person accepted" RunningBriefs(UserId), "BRIEFS#{user}" / "~RUNNING", "user" Goes "" Never;
        "a brief in the list of who sent it" SentBrief(UserId, BriefId), "SENT#{user}" / "{brief}", "user" Goes "seller.briefs" Never;
        "that a question or a poll is about a brand's products, or on a topic" Asked(String, Position), "ASKED#{about}" / "{at}", "" Stays "" Never;
        "what one person did in a week for a brand, by their hash" ActedFor(String, Week, String), "ACTED#{brand}#{week}" / "{figure+hash}", "" Stays "" Never;
        "a part of the figures of a brand in a week" Figures(String, String), "FIGURES#{brand}" / "{week+shard}", "" Stays "" Never;
        "what a request with an Idempotency-Key made" Idempotency(UserId, String, String), "IDEM#{user}#{route}#{key}" / "IDEM", "user" Expires "" Never;
        "how often a person did a thing in an hour" Quota(UserId, String, u64), "QUOTA#{user}" / "{kind}#{window}", "user" Expires "" Never;
    }
}

/// What the stream's filter lets through: the relay is called for nothing else. A pattern for each manner of being
/// told, since a mapping may have five.
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html>
pub fn stream_filters() -> Vec<Value> {
    let manners = [
        Told::Changed,
        Told::ChangedAlone,
        Told::Inserted,
        Told::Removed,
        Told::Heated,
    ];
    let patterns = manners.into_iter().filter_map(|told| {
        let lines = LINES.iter().filter(|line| line.told == told);
        let prefixes: BTreeSet<_> = lines
            .map(|line| line.pk.split('{').next().unwrap_or_default())
            .collect();
        if prefixes.is_empty() {
            return None;
        }
        let prefixes = prefixes.into_iter().map(|prefix| json!({"prefix": prefix}));
        let keys = json!({"PK": {"S": prefixes.collect::<Vec<_>>()}});
        let heat = |exists: bool| json!({"heat": {"N": [{"exists": exists}]}});
        Some(match told {
            Told::Never => return None,
            Told::Changed => json!({"dynamodb": {"Keys": keys}}),
            Told::ChangedAlone => {
                let names: BTreeSet<_> = LINES
                    .iter()
                    .filter(|line| line.told == told)
                    .map(|line| line.sk)
                    .collect();
                json!({"dynamodb": {"Keys": {"SK": {"S": names}}}})
            }
            Told::Inserted => json!({"eventName": ["INSERT"], "dynamodb": {"Keys": keys}}),
            Told::Removed => json!({"eventName": ["REMOVE"], "dynamodb": {"Keys": keys}}),
            Told::Heated => json!({"eventName": ["MODIFY"], "dynamodb": {
                "Keys": keys, "NewImage": heat(true), "OldImage": heat(false)}}),
        })
    });
    patterns.collect()
}

/// The list, as the documents show it.
pub fn as_markdown() -> String {
    let head = "| item | PK | SK | whose | when its account goes | exported as | relay is told |";
    let rule = "|---|---|---|---|---|---|---|";
    let or = |text: &'static str| if text.is_empty() { "–" } else { text };
    let rows = LINES.iter().map(|line| {
        let leaving = match (line.whose, line.leaving) {
            ("", _) => "–",
            (_, Leaving::Goes) => "goes",
            (_, Leaving::Stays) => "stays",
            (_, Leaving::Expires) => "expires",
        };
        let told = match line.told {
            Told::Never => "–",
            Told::Inserted => "inserted",
            Told::Removed => "removed",
            Told::Changed => "changed",
            Told::ChangedAlone => "changed",
            Told::Heated => "heated",
        };
        format!(
            "| {} | `{}` | `{}` | {} | {leaving} | {} | {told} |",
            line.what,
            line.pk,
            line.sk,
            or(line.whose),
            or(line.export),
        )
    });
    let lines: Vec<_> = [head.to_owned(), rule.to_owned()]
        .into_iter()
        .chain(rows)
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use domain::{
        catalogue::brand::Brand, engagement::Heat, feeds::Findable, ids::CommentId,
        money::links::Visitor, people,
    };

    use super::*;
    use crate::keys;

    /// One of each kind.
    fn samples() -> Vec<Item> {
        let user = |id: &str| UserId::parse(id).unwrap();
        let (ana, ben) = (user("ana"), user("Khz7TtxGdApEIxhTZeGt4w"));
        let topic = TopicId::parse("coffee").unwrap();
        let product = ProductId::parse("SPK#10/1").unwrap();
        let found = product.clone();
        let review = ReviewId::parse("r-1").unwrap();
        let time: Timestamp = "2026-11-21T21:56:00.123Z".parse().unwrap();
        let post = PostId(Ulid::from_parts(1_700_000_000_000, 7));
        let photo = PhotoId(Ulid::from_parts(1_700_000_000_000, 8));
        let own = Ulid::from_parts(1_700_000_000_001, 9);
        let list = ListId(own);
        let account = Account::of_random(7);
        let at = Position {
            published_at: time,
            post,
        };
        vec![
            Item::Profile(ana.clone()),
            Item::Handle("ana".to_owned()),
            Item::Follows(ana.clone(), ben.clone()),
            Item::Fan(ana.clone(), Spread(ben.clone())),
            Item::Pull(ana.clone(), Spread(ben.clone())),
            Item::Following(ana.clone(), FollowingPage(ben.hash().0[0] >> 4)),
            Item::Interested(topic.clone(), time, ben.clone()),
            Item::Post(post),
            Item::CameTo(post, 3),
            Item::Gone(post),
            Item::Authored(ana.clone(), at),
            Item::Photo(photo),
            Item::Open(3, at),
            Item::Awaited(0, time, photo),
            Item::Head(ana.clone()),
            Item::Planned(post),
            Item::RangesDone(post, 2_000, 19),
            Item::BlocksDone(post, 2_000),
            Item::Reach(post),
            Item::Shows(product.clone(), at),
            Item::Timeline(ana.clone(), at),
            Item::OnTopic(topic.clone(), Month::of(time), at),
            Item::Hottest(HotList::Topic(topic), 29_873_123),
            Item::Acts(ana.clone(), post),
            Item::ActsAtComment(ana.clone(), post, own),
            Item::ActsAtProduct(ana.clone(), product.clone()),
            Item::List(list),
            Item::Listed(list, Place::parse("V00000V").unwrap()),
            Item::OwnedList(ana.clone(), time, list),
            Item::ListCount(ana.clone()),
            Item::InList(
                Idea::Product(product.clone()),
                Visibility::Public,
                time,
                list,
            ),
            Item::Comment(post, own),
            Item::Reply(post, own, photo.0),
            Item::Finds(0),
            Item::Best(post),
            Item::Shard(Thing::Person(ana.clone()), 3, 2, 11),
            Item::Badge(ana.clone()),
            Item::History(ana.clone()),
            Item::Rate(ana.clone()),
            Item::Deletion(ana.clone()),
            Item::Export(ana.clone(), ExportId(own)),
            Item::UnfinishedExport(ana.clone()),
            Item::Waiting(ana.clone(), post),
            Item::Uploaded(ana.clone(), photo),
            Item::Rules(ana.clone()),
            Item::RulesPage(ana.clone(), ben.hash().0[0] % 64),
            Item::Blocked(ana.clone(), ben.clone()),
            Item::Muted(ana.clone(), ben.clone()),
            Item::Notice(ana.clone(), NoticeId(post.0)),
            Item::OpenNotice(ana.clone(), "smile".to_owned(), "post:1".to_owned()),
            Item::ToldOf(ana.clone(), NoticeId(post.0)),
            Item::Product(product.clone()),
            Item::Pairs(product.clone()),
            Item::Picked("coffee".to_owned(), product.clone()),
            Item::ProductDetails(product.clone()),
            Item::Review(ana.clone(), review.clone()),
            Item::Reviewed(ana.clone(), time, review),
            Item::Import("f00d".to_owned()),
            Item::ListedImport(time, "f00d".to_owned()),
            Item::Idempotency(ana.clone(), "POST /v1/posts".to_owned(), "a#b".to_owned()),
            Item::Case(Subject::Post(post)),
            Item::Report(Subject::Person(ben.clone()), ana.clone()),
            Item::Statement(ana.clone(), StatementId(own)),
            Item::Queued("open".to_owned(), time, Subject::Person(ben.clone())),
            Item::Reported(ana.clone(), Subject::Comment(CommentId::top(post, own))),
            Item::Appealed(ana.clone(), AppealId(own)),
            Item::Strikes(ana.clone()),
            Item::Taste(ana.clone()),
            Item::Ads(ana.clone()),
            Item::Sponsored(SponsorshipId(own)),
            Item::Reporter(ana.clone()),
            Item::FindProduct("mug".into(), "mugs".into(), 99, 8_300_000_000, found),
            Item::FindPerson("ana".into(), "ana".into(), 7, 5, ana.clone()),
            Item::FindPost("an".into(), "an".into(), 35, 0, post),
            Item::FoundProduct(product),
            Item::FoundPerson(ana.clone()),
            Item::FoundPost(post),
            Item::StoreEvent("ev:1".to_owned()),
            Item::CustomerOrder(ana.clone(), time, "ev:1".to_owned()),
            Item::Clicked(own, time, "ev:1".to_owned()),
            Item::OrderLine("f00d".to_owned()),
            Item::ToldLine(account.clone(), time, "f00d".to_owned()),
            Item::Unsealed(account.clone(), own.to_string()),
            Item::Block(account.clone(), 1),
            Item::ChainHead(HeadPage(7), account.clone()),
            Item::AccountState(account.clone()),
            Item::RateRow("f00d".to_owned()),
            Item::Payout("r1".to_owned(), account.clone(), "USD".to_owned()),
            Item::LastRun(0),
            Item::Paid(account.clone(), time, "r1".to_owned(), "USD".to_owned()),
            Item::EventConflict(time, "ev:1".to_owned()),
            Item::DayTotal(account.clone(), jiff::civil::date(2026, 11, 28)),
            Item::Counting("DAYS".to_owned()),
            Item::Influencer(ana.clone()),
            Item::KnownAccount(Account::of_random(7)),
            Item::Invitation(ana.clone(), InvitationId(own)),
            Item::Round("2026-11".to_owned()),
            Item::VisitorClick("07".repeat(16), own),
            Item::ClickOnce("07".repeat(16), "29873123#f00d".to_owned()),
            Item::AccountClick(
                account.clone(),
                keys::day_of(own),
                format!("{:x}", own.0 & 0xf),
                own,
            ),
            Item::Application(ana.clone()),
            Item::Vetting(time, ana.clone()),
            Item::Engaged(ana.clone()),
            Item::Storefront(ana.clone()),
            Item::SocialAccount(ana.clone(), Network::Youtube),
            Item::Proof(ana.clone(), Network::Youtube),
            Item::SocialClaim(Network::Youtube, "id:a#b".to_owned()),
            Item::LinkBegun("f00d".to_owned()),
            Item::LinkRead("f00d".to_owned()),
            Item::Viewed(ana.clone(), time, post),
            Item::Seller(ana.clone()),
            Item::Brief(ana.clone(), BriefId(own)),
            Item::RunningBriefs(ana.clone()),
            Item::SentBrief(ana.clone(), BriefId(own)),
            Item::Asked("brand:acme".to_owned(), at),
            Item::ActedFor("acme".to_owned(), Week::of(time), "smiles#f00d".to_owned()),
            Item::Figures("acme".to_owned(), "2026-W47#f".to_owned()),
            Item::Quota(ana, "posts".to_owned(), 7),
        ]
    }

    fn acme() -> Brand {
        Brand::of("Acme").unwrap()
    }

    /// When a thing came to be that is so old at a word.
    fn since(age: u64) -> Timestamp {
        Timestamp::from_second(9_999_999_999 - i64::try_from(age).unwrap()).unwrap()
    }

    /// The key that the key functions make of it.
    fn made(item: &Item) -> Key {
        match item {
            Item::Profile(user) => keys::profile(user),
            Item::Handle(handle) => keys::handle(&people::Handle::parse(handle).unwrap()),
            Item::Follows(reader, author) => keys::follows(reader, author),
            Item::Fan(author, Spread(reader)) => keys::fan(author, reader),
            Item::Pull(author, Spread(reader)) => keys::pull(author, reader),
            Item::Following(reader, _) => keys::following(
                reader,
                UserId::parse("Khz7TtxGdApEIxhTZeGt4w").unwrap().hash(),
            ),
            Item::Interested(topic, at, user) => keys::interested(topic, *at, user),
            Item::Post(post) => keys::post(*post),
            Item::CameTo(post, edition) => keys::came_to(*post, *edition),
            Item::Gone(post) => keys::gone(*post),
            Item::Authored(author, at) => keys::authored(author, *at),
            Item::Photo(photo) => keys::photo(*photo),
            Item::Deletion(user) => keys::deletion(user),
            Item::Export(user, export) => keys::export(user, *export),
            Item::UnfinishedExport(user) => keys::unfinished_export(user),
            Item::Waiting(author, post) => keys::waiting(author, *post),
            Item::Uploaded(owner, photo) => keys::uploaded(owner, *photo),
            Item::Open(_, at) => keys::open(*at),
            Item::Awaited(_, since, photo) => keys::awaited(*since, *photo),
            Item::Head(author) => keys::head(author),
            Item::Planned(post) => keys::delivery_plan(*post),
            Item::RangesDone(post, ..) => keys::ranges_done(*post, 2_000, 19),
            Item::BlocksDone(post, _) => keys::blocks_done(*post, 2_000),
            Item::Reach(post) => keys::reach(*post),
            Item::Shows(product, at) => keys::shows(product, *at),
            Item::Timeline(reader, at) => keys::timeline(reader, *at),
            Item::OnTopic(topic, _, at) => keys::on_topic(topic, *at),
            Item::Hottest(list, minute) => keys::hottest(list, *minute),
            Item::Acts(user, post) => keys::acts(user, *post),
            Item::ActsAtComment(user, post, own) => keys::acts_at_comment(user, *post, *own),
            Item::ActsAtProduct(user, product) => keys::acts_at_product(user, product),
            Item::List(list) => keys::list(*list),
            Item::Listed(list, place) => keys::listed(*list, place),
            Item::OwnedList(owner, at, list) => keys::owned_list(owner, *at, *list),
            Item::ListCount(owner) => keys::list_count(owner),
            Item::InList(idea, visibility, since, list) => {
                keys::in_list(idea, *visibility, *since, *list)
            }
            Item::Comment(post, own) => keys::comment(CommentId::top(*post, *own)),
            Item::Reply(post, parent, own) => keys::comment(CommentId {
                post: *post,
                parent: Some(*parent),
                own: *own,
            }),
            Item::Finds(_) => keys::finds(),
            Item::Best(post) => keys::best(*post),
            Item::Shard(thing, _, generation, number) => {
                let heat = Heat {
                    shards: 64,
                    generation: *generation,
                };
                keys::shard(thing, heat, *number)
            }
            Item::Badge(user) => keys::badge(user),
            Item::History(user) => keys::history(user),
            Item::Rate(reader) => keys::rate(reader),
            Item::Rules(user) => keys::rules(user),
            Item::RulesPage(user, _) => keys::rules_page(
                user,
                UserId::parse("Khz7TtxGdApEIxhTZeGt4w").unwrap().hash(),
            ),
            Item::Blocked(user, other) => keys::blocked(user, other),
            Item::Muted(user, other) => keys::muted(user, other),
            Item::Notice(user, id) => keys::notice(user, *id),
            Item::OpenNotice(user, kind, subject) => keys::open_notice(user, kind, subject),
            Item::ToldOf(user, id) => keys::told(user, *id),
            Item::Case(subject) => keys::case(subject),
            Item::Report(subject, user) => keys::report(subject, user),
            Item::Statement(user, id) => keys::statement(user, *id),
            Item::Queued(state, due, subject) => keys::queued(state, *due, subject),
            Item::Reported(user, subject) => keys::reported(user, subject),
            Item::Appealed(user, id) => keys::appeal(user, *id),
            Item::Strikes(user) => keys::strikes(user),
            Item::Taste(user) => keys::taste(user),
            Item::Ads(user) => keys::ads(user),
            Item::Sponsored(id) => keys::sponsorship(*id),
            Item::Reporter(user) => keys::reporter(user),
            Item::Product(product) => keys::product(product),
            Item::ProductDetails(product) => keys::product_details(product),
            Item::Pairs(product) => keys::pairs(product),
            Item::Picked(shelf, product) => keys::picked(TopicId::parse(shelf).as_ref(), product),
            Item::FindProduct(_, word, rank, age, product) => {
                let thing = Findable::Product(product.clone());
                keys::found_by(&thing, word, 99 - rank, since(*age))
            }
            Item::FindPerson(_, word, rank, age, user) => {
                let thing = Findable::Person(user.clone());
                keys::found_by(&thing, word, 99 - rank, since(*age))
            }
            Item::FindPost(_, word, rank, age, post) => {
                let thing = Findable::Post(*post);
                keys::found_by(&thing, word, 99 - rank, since(*age))
            }
            Item::FoundProduct(product) => keys::wording_of_product(product),
            Item::FoundPerson(user) => keys::wording_of_person(user),
            Item::FoundPost(post) => keys::wording_of_post(*post),
            Item::Review(user, review) => keys::review(user, review),
            Item::Reviewed(user, at, review) => keys::reviewed(user, *at, review),
            Item::Import(id) => keys::import(id),
            Item::ListedImport(at, id) => keys::listed_import(*at, id),
            Item::Idempotency(user, route, key) => keys::idempotency(user, route, key),
            Item::StoreEvent(event) => keys::event(event),
            Item::CustomerOrder(user, at, event) => keys::order(user, *at, event),
            Item::Clicked(click, at, event) => keys::clicked(*click, *at, event),
            Item::OrderLine(line) => keys::line(line),
            Item::ToldLine(account, at, line) => keys::told_line(account, *at, line),
            Item::Unsealed(account, entry) => keys::unsealed(account, entry),
            Item::Block(account, n) => keys::block(account, *n),
            Item::ChainHead(_, account) => keys::chain_head(account),
            Item::AccountState(account) => keys::account_state(account),
            Item::RateRow(id) => keys::rate_row(id),
            Item::Payout(run, account, currency) => keys::payout(run, account, currency),
            Item::LastRun(_) => keys::last_run(),
            Item::Paid(account, at, run, currency) => keys::paid(account, *at, run, currency),
            Item::EventConflict(at, event) => keys::conflict(*at, event),
            Item::DayTotal(account, day) => keys::day_total(account, *day),
            Item::Counting(_) => keys::counting(),
            Item::Influencer(user) => keys::influencer(user),
            Item::KnownAccount(account) => keys::known_account(account),
            Item::Invitation(user, invitation) => keys::invitation(user, *invitation),
            Item::Round(month) => keys::round(month),
            Item::VisitorClick(_, click) => keys::visitor_click(Visitor([7; 16]), *click),
            Item::ClickOnce(..) => keys::click_once(Visitor([7; 16]), 29_873_123, "f00d"),
            Item::AccountClick(account, _, _, click) => keys::account_click(account, *click),
            Item::Application(user) => keys::application(user),
            Item::Vetting(at, user) => keys::vetting(*at, user),
            Item::Engaged(user) => keys::engaged(user),
            Item::Storefront(user) => keys::storefront(user),
            Item::SocialAccount(user, network) => keys::social_account(user, *network),
            Item::Proof(user, network) => keys::proof(user, *network),
            Item::SocialClaim(network, claim) => keys::social_claim(*network, claim),
            Item::LinkBegun(hash) => keys::link_begun(hash),
            Item::LinkRead(hash) => keys::link_read(hash),
            Item::Viewed(user, at, post) => keys::view(user, *at, *post),
            Item::Seller(user) => keys::seller(user),
            Item::Brief(user, brief) => keys::brief(user, *brief),
            Item::RunningBriefs(user) => keys::running_briefs(user),
            Item::SentBrief(user, brief) => keys::sent_brief(user, *brief),
            Item::Asked(_, at) => keys::asked(&keys::About::Brand(&acme()), *at),
            Item::ActedFor(_, week, _) => keys::acted(&acme(), *week, "smiles", "f00d"),
            Item::Figures(..) => keys::figures(&acme(), Week::parse("2026-W47").unwrap(), 15),
            Item::Quota(user, kind, window) => keys::quota(user, kind, *window),
        }
    }

    /// That of its kind.
    fn name(item: &Item) -> String {
        format!("{item:?}").split('(').next().unwrap().to_owned()
    }

    #[test]
    fn a_key_function_makes_what_its_line_says_and_reading_gives_it_back() {
        let samples = samples();
        for item in &samples {
            assert_eq!(
                Item::at(&made(item)).as_ref(),
                Some(item),
                "{:?}",
                made(item)
            );
        }
        let tried: BTreeSet<_> = samples.iter().map(name).collect();
        let all: BTreeSet<_> = LINES.iter().map(|line| line.name.to_owned()).collect();
        assert_eq!(tried, all);
    }

    #[test]
    fn no_item_can_be_taken_for_one_of_another_kind() {
        for item in samples() {
            let key = made(&item);
            let of_its_shape = LINES.iter().filter(|line| (line.is_at)(&key));
            assert_eq!(of_its_shape.count(), 1, "{key:?}");
        }
        for line in LINES {
            let prefix = |line: &Line| line.pk.split('{').next().unwrap().to_owned();
            let own = prefix(line);
            let longer = LINES.iter().find(|other| {
                let other = prefix(other);
                other != own && other.starts_with(&own)
            });
            assert!(longer.is_none(), "{own} begins another");
        }
    }

    #[test]
    fn the_relay_knows_the_items_that_it_is_told_of_and_no_others() {
        for item in samples() {
            let name = name(&item);
            let line = LINES.iter().find(|line| line.name == name).unwrap();
            let told = Relayed::at(&made(&item)).is_some();
            assert_eq!(told, line.told != Told::Never, "{name}");
        }
    }

    #[test]
    fn what_is_no_key_of_ours_is_no_item() {
        for (pk, sk) in [
            ("USER#", "PROFILE"),
            ("USER#ana", "POST"),
            ("POST#not-an-id", "POST"),
            ("FEED#ana", "yesterday#01KAKGXV3C8Z2M4N6P8R0T1V3W"),
            ("NOTHING", "NOTHING"),
        ] {
            let (pk, sk) = (pk.to_owned(), sk.to_owned());
            assert_eq!(Item::at(&Key { pk, sk }), None);
        }
    }

    #[test]
    fn what_does_not_stay_says_whose_it_is_and_what_is_exported_does_not_stay() {
        for line in LINES {
            let stays = line.leaving == Leaving::Stays;
            assert!(stays || !line.whose.is_empty(), "{}", line.name);
            assert!(line.export.is_empty() || !stays, "{}", line.name);
        }
    }

    #[test]
    fn whoever_a_key_names_is_among_those_whose_it_is() {
        let mut named = 0;
        for line in LINES {
            for person in ["user", "reader", "author"] {
                let keys = [line.pk, line.sk];
                if keys
                    .iter()
                    .any(|key| key.contains(&format!("{{{person}}}")))
                {
                    named += 1;
                    let whose = line.whose.split(", ").any(|one| one == person);
                    assert!(whose, "{}: {person}", line.name);
                }
            }
        }
        assert!(named >= 10, "only {named} keys name a person");
    }
}
