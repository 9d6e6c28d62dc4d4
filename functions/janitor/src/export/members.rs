//! What an export says, in its order (ENGAGEMENT 46): a line a part of the file.

use super::parts::Part;

/// A part of the file.
pub(super) struct Member {
    /// What stands before it.
    pub(super) open: &'static str,
    /// Where it is read.
    pub(super) part: Part,
    /// What stands after it.
    pub(super) close: &'static str,
}

const fn line(open: &'static str, part: Part, close: &'static str) -> Member {
    Member { open, part, close }
}

/// All of them.
pub(super) const MEMBERS: &[Member] = &[
    line(
        r#"{"format":"spark-export","version":1,"exported_at":"#,
        Part::Time,
        "",
    ),
    line(r#","profile":"#, Part::Profile, ""),
    line(r#","posts":["#, Part::Posts, ""),
    line("", Part::Waiting, "]"),
    line(r#","comments":["#, Part::Comments, "]"),
    line(r#","smiles":["#, Part::Smiles, "]"),
    line(r#","votes":["#, Part::Votes, "]"),
    line(r#","follows":{"people":["#, Part::People, "]"),
    line(r#","topics":["#, Part::Topics, "]}"),
    line(r#","blocks":["#, Part::Blocks, "]"),
    line(r#","mutes":["#, Part::Mutes, "]"),
    line(r#","hides":["#, Part::Hides, "]"),
    line(r#","feedback":["#, Part::Feedback, "]"),
    line(r#","lists":["#, Part::Lists, "]"),
    line(r#","reports":["#, Part::Reports, "]"),
    line(r#","appeals":["#, Part::Appeals, "]"),
    line(r#","decisions":["#, Part::Decisions, "]"),
    line(r#","notifications":["#, Part::Notifications, "]"),
    line(r#","activity":["#, Part::Activity, "]"),
    line(r#","reviews":["#, Part::Reviews, "]"),
    line(r#","social_accounts":["#, Part::SocialAccounts, "]"),
    line(r#","badges":["#, Part::Badges, "]"),
    line(r#","influencer":{"account":"#, Part::Account, ""),
    line(r#","applications":["#, Part::Applications, "]"),
    line(r#","briefs":["#, Part::Briefs, "]"),
    line(r#","statements":["#, Part::None, "]"),
    line(r#","ledger":["#, Part::None, "]"),
    line(r#","payouts":["#, Part::None, "]}"),
    line(r#","seller":{"brands":["#, Part::Brands, "]"),
    line(r#","briefs":["#, Part::SentBriefs, "]}"),
    line(r#","views":["#, Part::None, "]"),
    line(r#","orders":["#, Part::None, "]"),
    line(r#","photos":["#, Part::PhotosOfPosts, ""),
    line("", Part::PhotosOfWaiting, ""),
    line("", Part::OtherPhotos, "]}"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;
    use shared::keys::items::LINES;

    use super::*;

    /// The file where there is nothing.
    fn empty() -> Value {
        let whole: String = MEMBERS
            .iter()
            .map(|member| {
                let single = member.open.ends_with(':');
                let said = if single { "{}" } else { "" };
                format!("{}{said}{}", member.open, member.close)
            })
            .collect();
        serde_json::from_str(&whole).unwrap()
    }

    #[test]
    fn what_an_item_is_exported_as_is_in_the_file() {
        let file = empty();
        for line in LINES.iter().filter(|line| !line.export.is_empty()) {
            for name in line.export.split(", ") {
                let place = format!("/{}", name.replace('.', "/"));
                assert!(file.pointer(&place).is_some(), "{}: {name}", line.name);
            }
        }
    }

    #[test]
    fn the_file_has_the_members_of_the_contract() {
        let file = empty();
        let names: BTreeSet<_> = file
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let all = "format version exported_at profile posts comments smiles votes follows blocks mutes hides feedback lists \
            reports appeals decisions notifications activity reviews social_accounts badges influencer seller views \
            orders photos";
        assert_eq!(
            names,
            all.split(' ').filter(|name| !name.is_empty()).collect()
        );
        for place in ["account", "applications", "statements", "ledger", "payouts"] {
            assert!(file["influencer"].get(place).is_some(), "{place}");
        }
    }
}
