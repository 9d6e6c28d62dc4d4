//! What people do to posts: relations whose counts move in the same transaction.

mod smiles;
