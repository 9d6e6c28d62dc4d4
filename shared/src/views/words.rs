//! Fields that hold one of a few words, for the API's description: `#[schema(value_type = words::PostKind)]`.

use std::borrow::Cow;

use domain::{engagement, feeds, posts};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, RefOr, Schema,
        schema::{SchemaType, Type},
    },
};

macro_rules! words {
    ($($(#[doc = $doc:literal])* $name:ident $words:expr;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(SchemaType::new(Type::String))
                    .description(Some(concat!($($doc),*).trim()))
                    .enum_values(Some($words))
                    .into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )*};
}

/// What something is done at, or said of.
pub const SUBJECTS: [&str; 3] = ["post", "comment", "user"];

words! {
    /// What kind of post it is.
    PostKind posts::PostKind::ALL.map(posts::PostKind::name);
    /// Who sees a post: its author alone, until its photos are ready, while one is rejected or it is hidden; or everybody.
    PostStatus posts::PostStatus::ALL.map(posts::PostStatus::name);
    /// Where a post comes from.
    Label ["influencer", "onsite_associate", "sponsored"];
    /// What a person is known for.
    Badge ["enthusiast", "influencer", "onsite_associate"];
    /// A programme of those whose posts lead to purchases.
    Programme domain::money::Programme::ALL.map(domain::money::Programme::name);
    /// Why somebody is credited with an order line, or why not.
    CreditRule ["basket-90d", "click-24h", "onsite-view", "own-purchase", "expired", "closed-by-click", "closed-by-order", "basket-of-another"];
    /// How an order line stands.
    LineStatus ["ordered", "earned", "reversed", "cancelled", "not_credited"];
    /// What closed a window.
    ClosedBy ["click", "order"];
    /// Where a link stood.
    SourceKind ["post", "list"];
    /// What an entry is.
    EntryKind ["earned", "reversed", "corrected", "payout", "payout_returned"];
    /// What became of a payout.
    PayoutStatus ["created", "returned"];
    /// What keeps an account from being paid.
    Blocker ["no-payee", "hold", "below-minimum"];
    /// How a brief stands.
    BriefStatus ["sent", "accepted", "declined"];
    /// Whether a product can be bought: now, not now, never again.
    Availability ["in_stock", "sold_out", "gone"];
    /// What somebody did.
    ActivityType ["product_view", "post_view", "search", "purchase", "idle"];
    /// What a stream is narrowed to.
    Mix ["mine"];
    /// What an item of a feed is.
    FeedItemKind ["post", "product"];
    /// Why something is shown.
    ReasonKind ["followed", "topic", "trending", "activity", "sponsored"];
    /// What one is told of in one's inbox.
    NotificationKind engagement::NoticeKind::ALL.map(engagement::NoticeKind::name);
    /// Who sees a list: its owner alone, or everybody.
    Visibility engagement::Visibility::ALL.map(engagement::Visibility::name);
    /// What something is done at.
    SubjectType SUBJECTS;
    /// Who sees a comment, where that is not everybody.
    CommentStatus ["hidden"];
    /// What a moderator decides.
    ModerationAction engagement::Action::ALL.map(engagement::Action::name);
    /// By what something is decided.
    Ground engagement::Ground::ALL.map(engagement::Ground::name);
    /// Why something is reported.
    ReportReason engagement::ReportReason::ALL.map(engagement::ReportReason::name);
    /// Whether a case is to be looked at.
    CaseState engagement::CaseState::ALL.map(engagement::CaseState::name);
    /// Who appeals.
    Side engagement::Side::ALL.map(engagement::Side::name);
    /// What hid something.
    HiddenBy engagement::HiddenBy::ALL.map(engagement::HiddenBy::name);
    /// How far a post comes on its way into a feed, or what brought it there.
    FeedStage feeds::Stage::ALL.iter().map(|stage| stage.name());
    /// What decides whether a post is in a feed.
    FeedRule feeds::Rule::ALL.iter().map(|rule| rule.name());
    /// Where something is shown for a sponsor.
    SponsoredPlace feeds::Surface::ALL.map(feeds::Surface::name);
    /// What can be looked for.
    SearchKind ["products", "people", "topics", "posts"];
    /// In which order: the hottest or the newest first.
    Sort feeds::WallSort::ALL.map(feeds::WallSort::name);
    /// In which order comments are read: the best or the newest first.
    CommentSort ["top", "new"];
    /// What can be uploaded.
    PhotoType posts::photo::CONTENT_TYPES;
    /// What became of an upload.
    PhotoStatus ["awaiting_upload", "processing", "ready", "rejected"];
    /// Why an upload was rejected.
    PhotoFault posts::photo::Rejection::ALL.map(super::rejection);
}
