//! Search among very many products: what a query of two words reads.

use anyhow::{Context as _, Result, ensure};
use domain::{
    catalogue::product::{Availability, Money, Product},
    feeds::{FindableKind, Wording, search::Query},
    ids::ProductId,
};
use harness::{Meter, World};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use shared::{
    read::Reads,
    store::{Store, Thorough},
};

use crate::{capacity::Bench, reference, report::Budget};

/// Titles are made of so many words, the n-th of which occurs 1/n as often as the first.
const VOCABULARY: f64 = 30_000.0;
/// Products loaded at once.
const BATCH: usize = 1_000;
/// Rows that a query reads at most: of two words at first, and of one the rest.
const MOST_ROWS: usize = 1_200;
/// Rounds at most, where all that is found can be bought.
const MOST_ROUNDS: usize = 3;

/// The word of a rank: syllables, so that they begin as differently as words do.
fn word(mut rank: usize) -> String {
    const SYLLABLES: [&str; 25] = [
        "ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu",
        "bra", "cle", "dri", "flo", "gru", "pla", "ster", "tri", "mon", "lun",
    ];
    let mut word = String::new();
    loop {
        word += SYLLABLES[rank % SYLLABLES.len()];
        rank /= SYLLABLES.len();
        if rank == 0 {
            return word;
        }
        rank -= 1;
    }
}

fn product(number: usize, random: &mut StdRng, confirmed_at: jiff::Timestamp) -> Result<Product> {
    let some = |random: &mut StdRng| {
        let rank = VOCABULARY.powf(random.random_range(0.0..1.0_f64));
        word(rank as usize)
    };
    let words = random.random_range(2..=5);
    let title: Vec<_> = (0..words).map(|_| some(random)).collect();
    let brand = format!("brand{}", random.random_range(0..500));
    Ok(Product {
        id: ProductId::parse(&format!("P{number:07}")).context("an id")?,
        title: title.join(" "),
        brand: Some(brand),
        price: Some(Money {
            amount: 999,
            currency: "USD".to_owned(),
        }),
        sale: None,
        availability: Availability::InStock,
        url: "https://store.example/p".to_owned(),
        image_url: None,
        category: None,
        stars: 0,
        review_count: 0,
        saves: 1 << random.random_range(0..8_u64),
        heat: 0,
        generation: 0,
        confirmed_at,
    })
}

/// The value that so many of a hundred are not above.
fn percentile<T: Copy + PartialOrd>(values: &mut [T], percent: usize) -> Result<T> {
    values.sort_by(|one, other| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal));
    let place = (values.len() * percent).div_ceil(100).max(1) - 1;
    values.get(place).copied().context("no values")
}

/// Loads so many products, and looks for two words of so many of them.
pub(crate) async fn run(products: usize, queries: usize) -> Result<bool> {
    let (world, mut random) = (World::new().await, StdRng::seed_from_u64(7));
    let store: Store = world.store();
    let (mut asked, mut rows, mut left) = (Vec::new(), 0, products);
    while left > 0 {
        let size = left.min(BATCH);
        let mut batch = Vec::with_capacity(size);
        for number in (left - size)..left {
            let product = product(number, &mut random, world.now())?;
            let wording = Wording::of_product(&product).context("a product of the catalogue")?;
            rows += wording.words.len();
            if asked.len() * products < queries * (products - number) {
                let two = wording.words.iter().take(2).cloned().collect::<Vec<_>>();
                asked.push((product.id.clone(), two.join(" ")));
            }
            batch.push((product, String::new()));
        }
        store.load_products(&batch).await?;
        left -= size;
    }
    println!(
        "{products} products at {rows} rows, {:.1} each",
        rows as f64 / products as f64
    );
    let meter = Meter::new();
    let context = meter.attach(&world.context());
    let metered = Store::new(context.dynamodb.clone(), context.config.table());
    let reads = Reads::caching(metered);
    let (mut read, mut rounds, mut units, mut missed) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for (wanted, text) in &asked {
        let query = Query::parse(text).map_err(anyhow::Error::msg)?;
        let found = reads.hits(FindableKind::Product, &query, None, 20, Thorough::Whole);
        let found = found.await?;
        read.push(found.looked_at);
        let there = found.hits.iter().any(|hit| hit.place.id == wanted.as_str());
        missed += usize::from(!there && found.looked_at < MOST_ROWS);
        meter.take();
        reads.found_products(&query, None, 20, world.now()).await?;
        let used = meter.take();
        rounds.push(used.rounds);
        units.push(used.rcu);
    }
    let most = percentile(&mut read, 100)?;
    println!(
        "two words, {} queries: {} rows in the median, {} at p99, {most} at most (≤ {MOST_ROWS})",
        read.len(),
        percentile(&mut read, 50)?,
        percentile(&mut read, 99)?,
    );
    let deepest = percentile(&mut rounds, 100)?;
    println!(
        "a page of 20: {} rounds in the median, {deepest} at most (≤ {MOST_ROUNDS}); {:.1} RCU in the median, {:.1} at \
         p99; {missed} not found",
        percentile(&mut rounds, 50)?,
        percentile(&mut units, 50)?,
        percentile(&mut units, 99)?,
    );
    Ok(missed == 0 && most <= MOST_ROWS && deepest <= MOST_ROUNDS)
}

impl Bench {
    /// Searching the reference world, in which a word is in everything.
    pub(crate) async fn search(&mut self) -> Result<()> {
        let store = self.world.store();
        for index in 0..2 * reference::PAGE {
            let author = reference::author(index);
            let person = domain::feeds::Findable::Person(harness::user(&author));
            store.keep_findable(&person).await?;
            let text = format!("{} #person", reference::text(1_000));
            let post = self.world.published_post(&author).text(&text);
            let post = post.products(&[&reference::product(index)]).await;
            store
                .keep_findable(&domain::feeds::Findable::Post(post.id))
                .await?;
            let new = self.world.product(&format!("FOR-{index}"));
            new.with(|one| one.title = format!("Something {index} for a person"))
                .await;
        }
        let budget = Budget::rounds(3).rcu(30.0);
        let http = self.serve(feed::router(&self.context));
        let search = http.get("/v1/search?q=person");
        let found = self
            .call("GET /v1/search", search, 200, budget)
            .await?
            .json();
        for kind in ["products", "people", "posts"] {
            let count = found[kind].as_array().map_or(0, Vec::len);
            ensure!(count == 5, "{count} {kind}");
        }
        for (kind, rcu) in [("products", 30.0), ("people", 30.0), ("posts", 60.0)] {
            let http = self.serve(feed::router(&self.context));
            for (warmth, rcu) in [("cold", rcu), ("warm", 30.0)] {
                let path = format!("/v1/search?q=person&type={kind}");
                let name = format!("GET /v1/search, a page of {kind}, {warmth}");
                let budget = Budget::rounds(3).rcu(rcu);
                self.call(&name, http.get(&path), 200, budget).await?;
            }
        }
        let http = self.serve(posting::router(&self.context));
        let page = http.get("/v1/products?q=person");
        let page = self
            .call("GET /v1/products", page, 200, budget)
            .await?
            .json();
        let items = page["items"].as_array().map_or(0, Vec::len);
        ensure!(items == reference::PAGE, "a page of {items}");
        Ok(())
    }
}
