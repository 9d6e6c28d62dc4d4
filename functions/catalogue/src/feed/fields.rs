//! The fields of a product in a feed, whatever the file's form: those of Google's product data
//! specification; and their values as they stand in a record.

use std::borrow::Cow;

use domain::ids::ProductId;

/// Whether a name is this one but for its case, and spaces or hyphens for underscores.
fn is_spelled(name: &str, given: &str) -> bool {
    let same = |(known, given): (u8, u8)| match given {
        b' ' | b'-' => known == b'_',
        _ => known == given.to_ascii_lowercase(),
    };
    name.len() == given.len() && name.bytes().zip(given.bytes()).all(same)
}

macro_rules! fields {
    ($($field:ident $name:literal,)*) => {
        /// A field of a product.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Field { $($field,)* }

        impl Field {
            const ALL: &[Self] = &[$(Self::$field,)*];

            /// As Google spells it.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$field => $name,)* }
            }

            /// The field that a column or element stands for, however a spreadsheet spells it.
            pub(super) fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => return Some(Self::$field),)*
                    _ => {}
                }
                let name = name.trim();
                let name = match name.split_at_checked(2) {
                    Some((prefix, rest)) if prefix.eq_ignore_ascii_case("g:") => rest.trim_start(),
                    Some(_) | None => name,
                };
                Self::ALL.iter().copied().find(|field| is_spelled(field.name(), name))
            }
        }
    };
}

fields! {
    Id "id",
    Title "title",
    Description "description",
    Link "link",
    ImageLink "image_link",
    MoreImages "additional_image_link",
    Availability "availability",
    Price "price",
    SalePrice "sale_price",
    SaleDates "sale_price_effective_date",
    Brand "brand",
    Gtin "gtin",
    Category "google_product_category",
    ProductType "product_type",
    Group "item_group_id",
}

impl Field {
    /// Without these there is no product.
    pub(super) const REQUIRED: [Self; 5] = [
        Self::Id,
        Self::Title,
        Self::Link,
        Self::Availability,
        Self::Price,
    ];
}

/// The values of a record, as they stand in the file.
#[derive(Debug, Default)]
pub(super) struct Values<'r> {
    values: [Option<Cow<'r, [u8]>>; Field::ALL.len()],
    /// Additional pictures: several in one value, or each in its own.
    more_images: Vec<Cow<'r, [u8]>>,
}

impl<'r> Values<'r> {
    /// Takes a value in where there is none yet; pictures add up. One that is blank says nothing.
    pub(super) fn add(&mut self, field: Field, value: Cow<'r, [u8]>) {
        if value.trim_ascii().is_empty() {
            return;
        }
        if field == Field::MoreImages {
            self.more_images.push(value);
        } else {
            self.values[field as usize].get_or_insert(value);
        }
    }

    /// Takes in what others say of fields that nothing is said of here.
    pub(super) fn fill_from(&mut self, others: Self) {
        for (value, other) in self.values.iter_mut().zip(others.values) {
            if value.is_none() {
                *value = other;
            }
        }
        self.more_images.extend(others.more_images);
    }

    pub(super) fn get(&self, field: Field) -> Option<&[u8]> {
        self.values[field as usize].as_deref()
    }

    /// The additional pictures.
    pub(super) fn more_images(&self) -> impl Iterator<Item = &[u8]> {
        let values = self.more_images.iter();
        values.flat_map(|value| value.split(|byte| *byte == b','))
    }

    /// The product's id, even where other fields are bad.
    pub(super) fn id(&self) -> Option<ProductId> {
        let text = std::str::from_utf8(self.get(Field::Id)?).ok()?;
        ProductId::parse(text.trim())
    }

    /// What is left of an id without what no id holds.
    pub(super) fn spoilt_id(&self) -> Option<String> {
        let text = String::from_utf8_lossy(self.get(Field::Id)?);
        let kept = |c: &char| !c.is_control() && !c.is_whitespace() && *c != '\u{fffd}';
        Some(text.chars().filter(kept).collect())
    }
}
