//! Verifies an influencer's ledger from outside: reads every page that the API gives of it and re-adds it (MONEY 27, 28).

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result, bail, ensure};
use domain::catalogue::currency::major;
use domain::money::chain::{Block, Broken, verify};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

/// The most blocks that a page has.
const PAGE: &str = "100";

/// What a ledger that is whole comes to.
#[derive(Debug, PartialEq, Eq)]
pub struct Whole {
    /// So many blocks.
    pub blocks: u64,
    /// And entries.
    pub entries: usize,
    /// What is owed, in minor units, by currency.
    pub owed: BTreeMap<String, i64>,
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            blocks, entries, ..
        } = self;
        write!(f, "The ledger is whole: blocks {blocks}, entries {entries}")?;
        for (currency, amount) in &self.owed {
            write!(f, "; owed {} {currency}", major(*amount, currency))?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Value>,
    next_cursor: Option<String>,
    head: Head,
    balances: Vec<Balance>,
}

#[derive(Deserialize)]
struct Head {
    n: u64,
    hash: String,
}

#[derive(Deserialize)]
struct Balance {
    currency: String,
    total: i64,
    payable: i64,
    pending: Vec<Pending>,
}

#[derive(Deserialize)]
struct Pending {
    due_on: Date,
    amount: i64,
}

/// Reads the ledger of whoever's token this is at the API of a deployment, and verifies it.
///
/// # Errors
/// What is wrong with it, or that it cannot be read.
pub async fn verify_at(api: &str, token: &str) -> Result<Whole> {
    let http = reqwest::Client::new();
    let url = format!("{}/v1/influencer/ledger", api.trim_end_matches('/'));
    let (mut told, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut query = vec![("limit", PAGE)];
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let asked = Url::parse_with_params(&url, &query)?;
        let request = http.get(asked).bearer_auth(token);
        let answer = request.send().await.with_context(|| url.clone())?;
        let status = answer.status();
        ensure!(status.is_success(), "{url}: {status}");
        let page: Page = answer.json().await.with_context(|| url.clone())?;
        told.extend(page.items);
        if page.next_cursor.is_none() || page.next_cursor == cursor {
            return verify_told(told, &page.head, &page.balances);
        }
        cursor = page.next_cursor;
    }
}

/// Blocks as they were told, against where their chain is said to end and what is said to be owed there. What was sealed
/// since that was read may be told, too.
fn verify_told(told: Vec<Value>, head: &Head, balances: &[Balance]) -> Result<Whole> {
    let mut blocks = Vec::new();
    for mut block in told {
        let fields = block.as_object_mut().context("a block is no object")?;
        let hash = fields.remove("hash");
        let hash = hash.context("a block has no hash")?;
        let block: Block = serde_json::from_value(block).context("a block is none")?;
        ensure!(
            hash == block.hash()?.as_str(),
            "block {} is not what its hash says",
            block.n
        );
        blocks.push(block);
    }
    if let Err((n, broken)) = verify(&blocks) {
        bail!("block {n} {}", why(broken));
    }
    let known = usize::try_from(head.n)?;
    let Some(blocks) = blocks.get(..known) else {
        bail!("blocks are missing: {} of {}", blocks.len(), head.n);
    };
    let Ok(end) = verify(blocks) else {
        bail!("the chain is broken");
    };
    ensure!(
        end.hash == head.hash,
        "the chain does not end at its head, block {}",
        head.n
    );
    let entries: Vec<_> = blocks.iter().flat_map(|block| &block.entries).collect();
    let (mut owed, mut due) = (BTreeMap::new(), BTreeMap::new());
    for entry in &entries {
        *owed.entry(entry.currency.clone()).or_insert(0) += entry.amount();
        *due.entry((entry.currency.as_str(), entry.due_on))
            .or_insert(0) += entry.amount();
    }
    let mut said = BTreeMap::new();
    for balance in balances {
        let Balance {
            currency, total, ..
        } = balance;
        let later: i64 = balance.pending.iter().map(|pending| pending.amount).sum();
        ensure!(
            balance.payable + later == *total,
            "what is payable and pending in {currency} is not its total"
        );
        for Pending { due_on, amount } in &balance.pending {
            let entries = due.get(&(currency.as_str(), *due_on)).copied();
            ensure!(
                entries.unwrap_or_default() == *amount,
                "the entries due on {due_on} in {currency} are not what is pending"
            );
        }
        said.insert(currency.clone(), *total);
    }
    let others = |a: &BTreeMap<String, i64>, b: &BTreeMap<String, i64>| {
        let mut all = a.iter();
        let other = all.find(|(currency, amount)| b.get(*currency).unwrap_or(&0) != *amount);
        other.map(|(currency, _)| currency.clone())
    };
    if let Some(currency) = others(&owed, &said).or_else(|| others(&said, &owed)) {
        bail!("the balance in {currency} is not the sum of its entries");
    }
    Ok(Whole {
        blocks: head.n,
        entries: entries.len(),
        owed,
    })
}

fn why(broken: Broken) -> &'static str {
    match broken {
        Broken::Order => "does not follow the one before",
        Broken::Account => "is of another account",
        Broken::Link => "does not name the hash of the one before",
        Broken::Time => "was sealed before the one before",
        Broken::Sum => "has an entry that does not sum to nothing",
    }
}
