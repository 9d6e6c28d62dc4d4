//! Files for search engines: which pages there are. A file of a day is named by it, the index is what lists those that hold.

/// What they are beneath.
pub const SITEMAPS: &str = "sitemaps/";
/// The index.
pub const SITEMAP_INDEX: &str = "sitemaps/index.xml";
/// How far the making has come.
pub const SITEMAP_STATE: &str = "sitemaps/state.json";

/// What a day's file is called, by its number.
pub fn sitemap_name(day: &str, number: usize) -> String {
    format!("{day}-{number}.xml")
}

/// Where a file of that name lies; `None` for what is no such name.
pub fn sitemap_key(name: &str) -> Option<String> {
    let stem = name.strip_suffix(".xml")?;
    let is_ours = stem
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_ours.then(|| format!("{SITEMAPS}{name}"))
}
