//! Rooms: arrows between them, the purity of the domain, circles.

use crate::{BUCKET, Change, DOMAIN, FUNCTION, STORE, append, module, replace, unnoticed};

/// All of them.
pub const CHANGES: &[Change] = &[
    // Arrows between rooms.
    ("a group of imports leads up", "arrows", |house| {
        append(house, STORE, "use crate::{error::Error, http::Page};")
    }),
    ("a group within a group leads up", "arrows", |house| {
        append(
            house,
            STORE,
            "use crate::{error::{self, Error}, runtime::{Clock as C}};",
        )
    }),
    ("`super` leads out of the room", "arrows", |house| {
        append(house, STORE, "use super::http;")
    }),
    ("`super::super` leads out of the room", "arrows", |house| {
        append(house, STORE, "mod inner { use super::super::http::Page; }")
    }),
    ("a path leads up where it is needed", "arrows", |house| {
        append(
            house,
            BUCKET,
            "fn clock() { drop(crate::runtime::Clock::system()); }",
        )
    }),
    ("a path leads up within a macro", "arrows", |house| {
        append(
            house,
            BUCKET,
            "fn f() { tracing::info!(at = ?crate::runtime::Clock::system()); }",
        )
    }),
    ("a type leads up", "arrows", |house| {
        append(
            house,
            STORE,
            "struct Shown { page: Vec<crate::http::Page> }",
        )
    }),
    ("a renamed module leads up", "arrows", |house| {
        append(
            house,
            STORE,
            "use crate as own; fn f() -> own::http::Page { own::http::page() }",
        )
    }),
    (
        "another's import is handed on by `pub use`",
        "arrows",
        |house| append(house, STORE, "pub use crate::http::*;"),
    ),
    (
        "the root hands a room on that lies above",
        "arrows",
        |house| {
            let house = append(house, "shared/src/lib.rs", "pub use http::Page as Handed;");
            append(&house, STORE, "use crate::Handed;")
        },
    ),
    ("views ask the store", "arrows", |house| {
        append(house, "shared/src/views/mod.rs", "use crate::store::Store;")
    }),
    (
        "nobody goes an arrow of the table any more",
        "arrows",
        |house| {
            let (keys, edge) = ("shared/src/http/jwks.rs", "shared/src/http/edge.rs");
            let house = replace(house, keys, "aws::Https", "runtime::Https");
            replace(&house, edge, "aws::deadline", "runtime::deadline")
        },
    ),
    ("a room is not in the table", "arrows", |house| {
        module(
            house,
            "shared/src/lib.rs",
            "attic",
            "use crate::error::Error;",
        )
    }),
    // The domain.
    ("the domain names the house", "pure_domain", |house| {
        append(
            house,
            "shared/domain/src/claim.rs",
            "use shared::error::Error;",
        )
    }),
    ("the domain throws dice", "pure_domain", |house| {
        append(house, DOMAIN, "fn dice() -> u8 { rand::random() }")
    }),
    ("the domain looks at a stopwatch", "pure_domain", |house| {
        append(house, DOMAIN, "use std::time::{Duration, Instant as Now};")
    }),
    ("the domain speaks to AWS", "pure_domain", |house| {
        append(
            house,
            DOMAIN,
            "use aws_sdk_dynamodb::types::AttributeValue;",
        )
    }),
    ("the domain knows HTTP", "pure_domain", |house| {
        append(
            house,
            DOMAIN,
            "const OK: http::StatusCode = http::StatusCode::OK;",
        )
    }),
    (
        "the domain's manifest takes chance in",
        "pure_domain",
        |house| {
            let taken = "[dependencies]\nrand.workspace = true";
            replace(house, "shared/domain/Cargo.toml", "[dependencies]", taken)
        },
    ),
    ("the domain reads the time", "clock_and_chance", |house| {
        append(
            house,
            DOMAIN,
            "fn now() -> jiff::Timestamp { jiff::Timestamp::now() }",
        )
    }),
    ("the domain makes an id", "clock_and_chance", |house| {
        append(
            house,
            DOMAIN,
            "fn id() -> ulid::Ulid { ulid::Ulid::generate() }",
        )
    }),
    (
        "a store reads the time under another name",
        "clock_and_chance",
        |house| {
            append(
                house,
                STORE,
                "use jiff::Timestamp as At; fn now() -> At { At::now() }",
            )
        },
    ),
    // Circles.
    (
        "two rooms of a function need each other",
        "no_circles",
        |house| {
            let house = module(
                house,
                FUNCTION,
                "one",
                "pub use crate::two::B; pub struct A;",
            );
            module(
                &house,
                FUNCTION,
                "two",
                "pub struct B; fn a(_: super::one::A) {}",
            )
        },
    ),
    ("three files make a circle", "no_circles", |house| {
        let house = module(house, FUNCTION, "one", "use crate::two::B; pub struct A;");
        let house = module(
            &house,
            FUNCTION,
            "two",
            "use crate::three::C; pub struct B;",
        );
        module(
            &house,
            FUNCTION,
            "three",
            "pub struct C; fn a(_: crate::one::A) {}",
        )
    }),
    (
        "a circle leads through what the root hands on",
        "no_circles",
        |house| {
            let house = append(house, FUNCTION, "pub use one::A;");
            let house = module(&house, FUNCTION, "one", "use crate::two::B; pub struct A;");
            module(&house, FUNCTION, "two", "use crate::A; pub struct B(A);")
        },
    ),
    ("a circle leads through a glob", "no_circles", |house| {
        let house = module(house, FUNCTION, "one", "use crate::two::B; pub struct A;");
        module(
            &house,
            FUNCTION,
            "two",
            "use super::one::*; pub struct B(A);",
        )
    }),
    (
        "two subjects of the domain need each other",
        "no_circles",
        |house| {
            let lib = "shared/domain/src/lib.rs";
            let house = append(house, lib, "pub mod north;\npub mod south;")
                .with(
                    "shared/domain/src/north/mod.rs",
                    "//! New.\n\nmod ice;\npub use ice::Ice;",
                )
                .with(
                    "shared/domain/src/north/ice.rs",
                    "//! New.\n\npub struct Ice(crate::south::Sand);",
                );
            house.with(
                "shared/domain/src/south/mod.rs",
                "//! New.\n\npub struct Sand;\nuse crate::north::Ice;",
            )
        },
    ),
    (
        "two subjects of the store need each other",
        "no_circles",
        |house| {
            let house = append(house, STORE, "mod north;\nmod south;").with(
                "shared/src/store/north/mod.rs",
                "//! New.\n\npub(super) const ICE: u8 = super::south::SAND;",
            );
            house.with(
                "shared/src/store/south/mod.rs",
                "//! New.\n\nuse crate::store::north;\npub(super) const SAND: u8 = north::ICE;",
            )
        },
    ),
];

#[test]
fn every_arrow_and_circle_is_noticed() {
    assert_eq!(unnoticed(CHANGES), Vec::<String>::new());
}
