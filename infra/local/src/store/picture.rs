//! A picture of each product: a plain shape for what it is filed under, in colours of its own.

use crate::html::escaped;

/// What a product of a category is drawn as, in a square of 400: the first of which a word stands in the category's path.
const SHAPES: [(&[&str], &str); 10] = [
    (
        &["Kitchen", "Food", "Coffee"],
        "<path d='M110 150h150v80a75 75 0 0 1-150 0zM260 165h25a35 35 0 0 1 0 70h-25v-22h20a13 13 0 0 0 0-26h-20z'/>\
         <rect x='95' y='315' width='185' height='16' rx='8'/>",
    ),
    (
        &["Animals", "Pets"],
        "<path d='M115 220l5-105 60 45h40l60-45 5 105a85 85 0 0 1-170 0z'/>",
    ),
    (
        &["Lawn", "Plants", "Garden >", "Wildlife"],
        "<path d='M200 330V210M200 230c-70 0-95-40-95-105 65 0 95 40 95 105zM200 260c60 0 90-35 90-90-60 0-90 35-90 90z' \
         stroke-width='14'/>",
    ),
    (
        &["Sporting", "Outdoor"],
        "<path d='M200 95L330 315H70zM200 190l-40 125h80z' fill-rule='evenodd'/>",
    ),
    (
        &["Cameras", "Optics", "Photo"],
        "<path d='M90 140h60l20-30h60l20 30h60v160H90zM200 165a55 55 0 1 0 .1 0z' fill-rule='evenodd'/>\
         <circle cx='200' cy='220' r='32'/>",
    ),
    (
        &["Apparel", "Style"],
        "<path d='M150 100c15 25 85 25 100 0l75 45-30 60-35-15v125H140V190l-35 15-30-60z'/>",
    ),
    (
        &["Media", "Books", "Office"],
        "<path d='M90 120c40-15 80-15 105 10v190c-25-25-65-25-105-10zM310 120c-40-15-80-15-105 10v190c25-25 65-25 105-10z'/>",
    ),
    (
        &["Toys", "Games", "Hobbies", "Arts"],
        "<path d='M200 90l32 72 78 8-58 52 17 77-69-40-69 40 17-77-58-52 78-8z'/>",
    ),
    (
        &["Lighting", "Electronics", "Tech"],
        "<path d='M200 90a80 80 0 0 0-45 146v34h90v-34a80 80 0 0 0-45-146z'/><rect x='165' y='285' width='70' height='30' rx='10'/>",
    ),
    (
        &["Home", "Furniture", "Decor"],
        "<path d='M90 205L200 105l110 100v110H230v-70h-60v70H90z'/>",
    ),
];
/// What anything else is drawn as: a parcel.
const PARCEL: &str = "<path d='M95 150l105-45 105 45v120l-105 50-105-50zM200 195v125M95 150l105 45 105-45' stroke-width='10'/>";

/// The picture of a product, in SVG.
pub(super) fn draw(id: &str, title: &str, category: &str) -> String {
    let named = |words: &&[&str]| words.iter().any(|word| category.contains(word));
    let mut shapes = SHAPES.iter();
    let shape = shapes.find(|(words, _)| named(words));
    let shape = shape.map_or(PARCEL, |(_, shape)| shape);
    let mixed = id.bytes().fold(7_u32, |mixed, byte| {
        mixed.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    let hue = mixed.wrapping_mul(47) % 360;
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 400 400' role='img'><title>{title}</title>\
         <rect width='400' height='400' fill='hsl({hue},45%,88%)'/>\
         <g fill='hsl({hue},40%,42%)' stroke='hsl({hue},40%,30%)' stroke-width='6' stroke-linejoin='round'>{shape}</g></svg>",
        title = escaped(title),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_of_its_kind_the_same_each_time_and_holds_no_text_unescaped() {
        let cup = draw("SPK-1", "A <b>cup</b>", "Home & Garden > Kitchen & Dining");
        assert_eq!(
            cup,
            draw("SPK-1", "A <b>cup</b>", "Home & Garden > Kitchen & Dining")
        );
        assert!(cup.contains("A &lt;b&gt;cup&lt;/b&gt;") && !cup.contains("<b>"));
        assert!(cup.contains("M110 150h150"), "{cup}");
        assert!(draw("SPK-2", "?", "").contains(PARCEL));
    }
}
