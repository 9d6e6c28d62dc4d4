//! The fields of a product in a feed, whatever the file's form: those of Google's product data
//! specification; and their values as they stand in a record.

use std::borrow::Cow;

use domain::ids::ProductId;

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
                let name = name.trim().to_lowercase();
                let name = name.strip_prefix("g:").unwrap_or(&name).trim();
                match name.replace([' ', '-'], "_").as_str() {
                    $($name => Some(Self::$field),)*
                    _ => None,
                }
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
    /// Every additional picture that came by itself.
    more_images: Vec<Cow<'r, [u8]>>,
}

impl<'r> Values<'r> {
    /// Sets a value, over what was there.
    pub(super) fn set(&mut self, field: Field, value: Cow<'r, [u8]>) {
        self.values[field as usize] = Some(value);
    }

    /// Sets a value where there is none; pictures add up.
    pub(super) fn add(&mut self, field: Field, value: Cow<'r, [u8]>) {
        if field == Field::MoreImages {
            self.more_images.push(value);
        } else {
            self.values[field as usize].get_or_insert(value);
        }
    }

    pub(super) fn get(&self, field: Field) -> Option<&[u8]> {
        self.values[field as usize].as_deref()
    }

    /// The additional pictures that came by themselves.
    pub(super) fn more_images(&self) -> impl Iterator<Item = &[u8]> {
        self.more_images.iter().map(AsRef::as_ref)
    }

    /// The product's id, even where other fields are bad.
    pub(super) fn id(&self) -> Option<ProductId> {
        let text = std::str::from_utf8(self.get(Field::Id)?).ok()?;
        ProductId::parse(text.trim())
    }
}
