//! Making answers of what the rules let through: shapes and presenter, pure. A file a subject.

mod address;
mod briefs;
mod catalogue;
mod engagement;
mod inbox;
mod ledger;
mod links;
mod lists;
mod moderation;
mod money;
mod people;
mod posts;
mod texts;
mod time;
pub mod words;

pub use briefs::BriefView;
pub use catalogue::{MoneyView, ProductCard, ReviewView};
pub use engagement::{CommentCountsView, CommentView, CommentViewerView};
pub use inbox::NotificationView;
pub use ledger::{BlockView, EntryView, LegView};
pub use links::DisclosureView;
pub use lists::{CoverView, IdeaListView, ListCard, ListItemView};
pub use moderation::{
    AppealView, CaseAppeal, CaseView, DecisionView, ModerationView, ReportView, StatementView,
    SubjectName, SubjectView,
};
pub use money::{
    LedSource, LedView, OrderLineView, PostedView, ProductName, RateLine, RateView, WindowView,
    csv_cell,
};
pub use people::{AvatarView, UserCard, badges};
pub use posts::{
    CountsView, HotspotView, LinkView, PhotoView, PollOptionView, PollView, PostView,
    RenditionView, ViewerView, rejection,
};
pub use texts::EntityView;
pub use time::Time;

/// Makes answers; knows where renditions are published.
#[derive(Debug, Clone)]
pub struct Presenter {
    media_url: String,
    links: Option<links::Links>,
}

impl Presenter {
    /// A presenter for renditions below `media_url`.
    pub fn new(media_url: impl Into<String>) -> Self {
        Self {
            media_url: media_url.into(),
            links: None,
        }
    }
}
