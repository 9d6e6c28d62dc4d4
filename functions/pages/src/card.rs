//! People, and posts as cards on a wall.

use shared::views::{PostView, UserCard};

use crate::{
    goods::Paid,
    photo::Photo,
    sheet::Sheet,
    site::Here,
    text::{beginning, letter},
    words::{Counted, fill},
};

/// A title has at most so many characters,
const TITLE: usize = 90;
/// and a text without a photo so many.
const TEXT: usize = 220;

/// A person.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub href: String,
    pub name: String,
    pub handle: String,
    pub face: Option<String>,
    pub letter: String,
    pub badges: Vec<&'static str>,
}

/// A post on a wall.
#[derive(Debug)]
pub(crate) struct Card {
    pub id: String,
    pub level: &'static str,
    pub photo: Option<Photo>,
    pub kind: Option<&'static str>,
    pub text: String,
    pub voters: Option<String>,
    pub who: Option<Person>,
    pub reason: Option<String>,
    pub paid: Option<&'static str>,
    pub title: String,
    pub href: String,
    pub smiles: Counted,
    pub comments: Counted,
}

impl Person {
    /// Of their card.
    pub fn new(card: &UserCard, here: &Here<'_>) -> Self {
        let badge = |badge: &String| match badge.as_str() {
            "enthusiast" => Some(here.w.enthusiast),
            "influencer" => Some(here.w.influencer),
            "onsite_associate" => Some(here.w.onsite_associate),
            _new => None,
        };
        let face = card
            .avatar
            .as_ref()
            .and_then(|avatar| avatar.renditions.first());
        Self {
            href: here.to(&format!("/@{}", card.handle)),
            name: card.display_name.clone(),
            handle: card.handle.clone(),
            face: face.map(|face| face.url.clone()),
            letter: letter(&card.display_name),
            badges: card.badges.iter().filter_map(badge).collect(),
        }
    }
}

/// What is drawn before a text for which somebody pays, or from which somebody earns.
pub(crate) fn paid(post: &PostView, here: &Here<'_>) -> Option<Paid> {
    post.disclosure.as_ref()?;
    let sponsored = post.labels.iter().any(|label| label == "sponsored");
    let name = post
        .author
        .as_ref()
        .map_or("", |author| &author.display_name);
    Some(match sponsored {
        true => Paid {
            label: here.w.sponsored,
            said: here.w.sponsored_said.to_owned(),
        },
        false => Paid {
            label: here.w.paid_links,
            said: fill(here.w.earns_post, &[("name", name)]),
        },
    })
}

/// What a post is called: the beginning of what it says, or whose it is.
pub(crate) fn title(post: &PostView, here: &Here<'_>) -> String {
    let said = said(post);
    if said.is_empty() {
        let name = post
            .author
            .as_ref()
            .map_or("", |author| &author.display_name);
        return fill(here.w.post_by, &[("name", name)]);
    }
    beginning(said, TITLE)
}

/// What it says: what its poll asks, or its text, or what its review is called.
pub(crate) fn said(post: &PostView) -> &str {
    let asked = post.poll.as_ref().map(|poll| poll.question.as_str());
    let judged = post.review.as_ref().map(|review| review.title.as_str());
    let texts = [asked, Some(post.text.as_str()), judged];
    let mut texts = texts.into_iter().flatten();
    texts.find(|text| !text.is_empty()).unwrap_or_default()
}

/// Cards for one page: their ids differ.
#[derive(Debug)]
pub(crate) struct Cards<'h> {
    here: &'h Here<'h>,
    level: &'static str,
    made: usize,
    /// Whether one with a photo was made: the first is what one sees first.
    seen: bool,
    pub sheet: Sheet,
}

impl<'h> Cards<'h> {
    /// With headings of this level; the first photo is at the top of the page, or not.
    pub fn new(here: &'h Here<'h>, level: &'static str, at_the_top: bool) -> Self {
        Self {
            here,
            level,
            made: 0,
            seen: !at_the_top,
            sheet: Sheet::default(),
        }
    }

    /// A post, with why it is there.
    pub fn card(&mut self, post: &PostView, reason: Option<String>) -> Card {
        let (here, w) = (self.here, self.here.w);
        self.made += 1;
        let id = format!("card-{}", self.made);
        let mut photo = Photo::first_of(post, id.clone(), here, &mut self.sheet);
        if let Some(photo) = &mut photo {
            photo.first = !self.seen;
            self.seen = true;
        }
        let voters = post.poll.as_ref();
        let voters = voters.map(|poll| w.many(&w.voters, poll.voters));
        Card {
            photo,
            id,
            level: self.level,
            kind: match post.kind.as_str() {
                "poll" => Some(w.poll),
                "question" => Some(w.question),
                _plain => None,
            },
            text: beginning(said(post), TEXT),
            voters,
            who: post.author.as_ref().map(|author| Person::new(author, here)),
            reason,
            paid: paid(post, here).map(|paid| paid.label),
            title: title(post, here),
            href: here.to(&format!("/p/{}", post.id)),
            smiles: w.counted(&w.smiles_unit, post.counts.smiles),
            comments: w.counted(&w.comments_unit, post.counts.comments),
        }
    }

    /// When a post appeared, as a reason.
    pub fn dated(&self, post: &PostView) -> Option<String> {
        let at = post.published_at?;
        Some(self.here.w.on(at.0).said)
    }
}
