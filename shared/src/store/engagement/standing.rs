//! Whether a comment says something still, as conditions of writes.

use crate::table::Expression;

/// The condition that a comment is not deleted.
pub(super) const NOT_DELETED: &str = "attribute_exists(PK) AND attribute_not_exists(#deleted)";

/// The condition that a comment says something to others still: it is neither deleted nor hidden.
pub(super) const STANDS: &str = "attribute_exists(PK) AND attribute_not_exists(#deleted) \
    AND attribute_not_exists(moderation)";

/// What both name.
pub(super) fn not_deleted() -> Expression {
    Expression::default().name("#deleted", "deleted")
}
