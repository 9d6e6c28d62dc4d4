//! What a page is about, for machines: schema.org as JSON-LD, with what Google's documents ask of each type.
//! <https://developers.google.com/search/docs/appearance/structured-data/search-gallery>

use domain::catalogue::currency;
use serde_json::{Value, json};
use shared::views::{CommentView, PhotoView, PostView, ProductCard, ReviewView, UserCard};

use crate::{card, frame::Way, site::Here};

/// A value as it stands within a script element: nothing in it ends one, or begins another (PAGES 2.9).
pub(crate) fn script(value: &Value) -> String {
    let text = value.to_string();
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            plain => safe.push(plain),
        }
    }
    safe
}

/// With the context that makes it one.
fn about(mut value: Value) -> String {
    value["@context"] = json!("https://schema.org");
    script(&value)
}

fn counted(act: &str, count: u64) -> Value {
    json!({
        "@type": "InteractionCounter",
        "interactionType": format!("https://schema.org/{act}"),
        "userInteractionCount": count,
    })
}

fn person(card: &UserCard, here: &Here<'_>) -> Value {
    json!({
        "@type": "Person",
        "name": card.display_name,
        "url": here.whole(&format!("/@{}", card.handle)),
    })
}

fn images(post: &PostView) -> Vec<&str> {
    let largest = post.photos.iter().filter_map(|photo| match photo {
        PhotoView::Ready { renditions, .. } => Some(renditions.last()?.url.as_str()),
        PhotoView::Processing { .. } | PhotoView::Rejected { .. } => None,
    });
    largest.collect()
}

/// A comment, or an answer to a question.
fn comment(kind: &str, view: &CommentView, here: &Here<'_>) -> Option<Value> {
    let mut value = json!({
        "@type": kind,
        "text": view.text.as_ref()?,
        "datePublished": view.created_at,
        "author": person(view.author.as_ref()?, here),
    });
    match kind {
        "Answer" => {
            value["upvoteCount"] = json!(view.counts.smiles);
            let post = view.id.get(..26).unwrap_or_default();
            value["url"] = json!(here.whole(&format!("/p/{post}#talk")));
        }
        _comment => value["interactionStatistic"] = counted("LikeAction", view.counts.smiles),
    }
    Some(value)
}

/// A post with the comments of its page: a question that has an answer, or a posting; and the product that it reviews.
pub(crate) fn post(post: &PostView, comments: &[CommentView], here: &Here<'_>) -> Vec<String> {
    let Some(author) = &post.author else {
        return Vec::new();
    };
    let url = here.whole(&format!("/p/{}", post.id));
    let (title, text) = (card::title(post, here), card::said(post));
    let author = person(author, here);
    let published = post.published_at.unwrap_or(post.created_at);
    let answers: Vec<_> = comments
        .iter()
        .filter_map(|view| Some((view.accepted == Some(true), comment("Answer", view, here)?)))
        .collect();
    let mut all = Vec::new();
    if post.kind == "question" && !answers.is_empty() {
        let (mut accepted, mut suggested) = (None, Vec::new());
        for (is_accepted, answer) in answers {
            match is_accepted {
                true => accepted = Some(answer),
                false => suggested.push(answer),
            }
        }
        let mut question = json!({
            "@type": "Question",
            "name": title,
            "text": text,
            "answerCount": post.counts.comments,
            "upvoteCount": post.counts.smiles,
            "datePublished": published,
            "author": author,
            "suggestedAnswer": suggested,
        });
        if let Some(accepted) = accepted {
            question["acceptedAnswer"] = accepted;
        }
        all.push(about(
            json!({"@type": "QAPage", "url": url, "mainEntity": question}),
        ));
    } else {
        let comments = comments
            .iter()
            .filter_map(|view| comment("Comment", view, here));
        let mut posting = json!({
            "@type": "DiscussionForumPosting",
            "url": url,
            "mainEntityOfPage": url,
            "headline": title,
            "text": if text.is_empty() { title.as_str() } else { text },
            "datePublished": published,
            "author": author,
            "image": images(post),
            "commentCount": post.counts.comments,
            "interactionStatistic": [
                counted("LikeAction", post.counts.smiles),
                counted("CommentAction", post.counts.comments),
            ],
            "comment": comments.collect::<Vec<_>>(),
        });
        if let Some(edited) = post.edited_at {
            posting["dateModified"] = json!(edited);
        }
        all.push(about(posting));
    }
    let review = post
        .review
        .as_ref()
        .filter(|review| !review.product.title.is_empty());
    all.extend(review.map(|review| reviewed(review, &author, here)));
    all
}

/// A product that somebody reviews.
fn reviewed(review: &ReviewView, author: &Value, here: &Here<'_>) -> String {
    let mut value = product_of(&review.product, "", here);
    value["review"] = json!({
        "@type": "Review",
        "name": review.title,
        "reviewBody": review.body,
        "datePublished": review.written_at,
        "author": author,
        "reviewRating": {"@type": "Rating", "ratingValue": review.rating, "bestRating": 5, "worstRating": 1},
    });
    about(value)
}

fn product_of(card: &ProductCard, description: &str, here: &Here<'_>) -> Value {
    let mut value = json!({
        "@type": "Product",
        "name": card.title,
        "url": here.whole(&format!("/products/{}", card.id)),
    });
    if !description.is_empty() {
        value["description"] = json!(description);
    }
    if let Some(image) = here.site.picture(card.image_url.as_deref()) {
        value["image"] = json!(image);
    }
    if let Some(brand) = &card.brand {
        value["brand"] = json!({"@type": "Brand", "name": brand});
    }
    if let (Some(mean), true) = (card.rating, card.review_count > 0) {
        value["aggregateRating"] = json!({
            "@type": "AggregateRating",
            "ratingValue": mean,
            "reviewCount": card.review_count,
        });
    }
    if let Some(price) = &card.price {
        let stock = match card.availability.as_str() {
            "in_stock" => "InStock",
            _sold_out => "SoldOut",
        };
        value["offers"] = json!({
            "@type": "Offer",
            "price": currency::major(price.amount, &price.currency),
            "priceCurrency": price.currency,
            "availability": format!("https://schema.org/{stock}"),
            "url": card.url,
        });
    }
    value
}

/// A product of the store; of one that is gone nothing is said.
pub(crate) fn product(card: &ProductCard, description: &str, here: &Here<'_>) -> Vec<String> {
    let is_gone = card.availability == "gone";
    let value = (!is_gone).then(|| about(product_of(card, description, here)));
    value.into_iter().collect()
}

/// What is known of a person, for their page.
#[derive(Debug)]
pub(crate) struct Known<'a> {
    pub card: &'a UserCard,
    pub bio: &'a str,
    pub followers: u64,
    pub posts: u64,
}

/// A person's page.
pub(crate) fn profile(known: &Known<'_>, here: &Here<'_>) -> String {
    let mut value = person(known.card, here);
    value["alternateName"] = json!(known.card.handle);
    value["identifier"] = json!(known.card.id);
    value["interactionStatistic"] = counted("FollowAction", known.followers);
    value["agentInteractionStatistic"] = counted("WriteAction", known.posts);
    if !known.bio.is_empty() {
        value["description"] = json!(known.bio);
    }
    let face = known
        .card
        .avatar
        .as_ref()
        .and_then(|avatar| avatar.renditions.last());
    if let Some(face) = face {
        value["image"] = json!(face.url);
    }
    about(json!({"@type": "ProfilePage", "mainEntity": value}))
}

/// Things of a page in their order, by their addresses.
pub(crate) fn list<'a>(paths: impl IntoIterator<Item = &'a str>, here: &Here<'_>) -> String {
    let items = paths.into_iter().enumerate().map(|(at, path)| {
        // In nobody's language.
        let path = path.split('?').next().unwrap_or_default();
        json!({"@type": "ListItem", "position": at + 1, "url": here.whole(path)})
    });
    about(json!({"@type": "ItemList", "itemListElement": items.collect::<Vec<_>>()}))
}

/// The way to a page, from the top.
pub(crate) fn trail(steps: &[Way], here: &Here<'_>) -> String {
    let steps = steps.iter().enumerate().map(|(at, step)| {
        let path = step.href.split('?').next().unwrap_or_default();
        json!({"@type": "ListItem", "position": at + 1, "name": step.name, "item": here.whole(path)})
    });
    about(json!({"@type": "BreadcrumbList", "itemListElement": steps.collect::<Vec<_>>()}))
}

/// The site, and how it is searched.
pub(crate) fn site(here: &Here<'_>) -> String {
    about(json!({
        "@type": "WebSite",
        "name": "Spark",
        "url": here.whole("/"),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": here.whole("/search?q={search_term_string}")},
            "query-input": "required name=search_term_string",
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_script_that_it_stands_in() {
        let hostile = "</script><script>alert(1)</script><!--\u{2028}&\"";
        let written = script(&json!({"name": hostile}));
        assert!(!written.contains(['<', '>', '&', '\u{2028}']), "{written}");
        let read: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(read["name"], hostile);
    }
}
