//! The catalogue's parsers at length: a feed that is made as it is read, in both forms, and a slice
//! of it into the embedded table.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use catalogue::feed::Feed;
use harness::{World, sqs_event};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Lines a second that one core must parse and check.
const FLOOR: f64 = 100_000.0;
/// Bytes of memory at most, however many lines.
const MOST_MEMORY: u64 = 128 * 1024 * 1024;
/// Bytes that a file comes in, as S3's client gives them.
const CHUNK: usize = 64 * 1024;
/// Every so many lines one is bad.
const BAD: u64 = 1_000;

const HEADER: &str = "id\ttitle\tdescription\tlink\timage_link\tavailability\tprice\tsale_price\t\
    sale_price_effective_date\tbrand\tgtin\tgoogle_product_category\tproduct_type\titem_group_id\n";
const ROOT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" \
    xmlns:g=\"http://base.google.com/ns/1.0\"><channel><title>Store</title>\n";
const WORDS: [&str; 12] = [
    "walnut",
    "espresso",
    "ceramic",
    "чашка",
    "тёплый",
    "茶碗",
    "linen",
    "brushed",
    "travel",
    "\u{201c}classic\u{201d}",
    "60 cm",
    "set of 4",
];

/// A form that feeds come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Tsv,
    Xml,
}

/// Makes rows, the same for the same seed.
struct Rows {
    form: Form,
    random: StdRng,
    next: u64,
}

impl Rows {
    fn new(form: Form, seed: u64) -> Self {
        Self {
            form,
            random: StdRng::seed_from_u64(seed),
            next: 0,
        }
    }

    fn words(&mut self, count: usize) -> String {
        let words = (0..count).map(|_| WORDS[self.random.random_range(0..WORDS.len())]);
        words.collect::<Vec<_>>().join(" ")
    }

    /// Adds the next row.
    fn push(&mut self, file: &mut String) -> Result<()> {
        let number = self.next;
        self.next += 1;
        let id = format!("GEN-{number:07}");
        let (title, description) = (self.words(6), self.words(45));
        let cents = self.random.random_range(200..90_000);
        let price = match number % BAD {
            7 => "1.299 EUR".to_owned(),
            _ if number.is_multiple_of(3) => format!("${}.{:02}", cents / 100, cents % 100),
            _ => format!("{}.{:02} USD", cents / 100, cents % 100),
        };
        let sale = format!("{}.00 USD", cents / 200 + 1);
        let stock = if number.is_multiple_of(11) {
            "out of stock"
        } else {
            "in_stock"
        };
        let category = if number.is_multiple_of(2) {
            "166"
        } else {
            "Home & Garden > Decor"
        };
        let link = format!("https://store.example/p/{id}?ref=feed&lang=en");
        let image = format!("https://store.example/images/{id}.jpg");
        let dates = "2026-11-01T00:00+0100/2026-12-01T00:00+0100";
        let brand = ["Casa Torva", "Halden & Rye", "Pellegrin"][usize::try_from(number % 3)?];
        let fields = [
            ("id", id.as_str()),
            ("title", &title),
            ("description", &description),
            ("link", &link),
            ("image_link", &image),
            ("availability", stock),
            ("price", &price),
            (
                "sale_price",
                if number.is_multiple_of(5) { &sale } else { "" },
            ),
            (
                "sale_price_effective_date",
                if number.is_multiple_of(5) { dates } else { "" },
            ),
            ("brand", brand),
            ("gtin", "4006381333931"),
            ("google_product_category", category),
            ("product_type", "Home > Decor"),
            ("item_group_id", "G1"),
        ];
        match self.form {
            Form::Tsv => {
                let values: Vec<_> = fields.iter().map(|(_, value)| *value).collect();
                writeln!(file, "{}", values.join("\t"))?;
            }
            Form::Xml => {
                file.push_str("<item>");
                for (name, value) in fields {
                    let value = value.replace('&', "&amp;").replace('<', "&lt;");
                    write!(file, "<g:{name}>{}</g:{name}>", value.replace('>', "&gt;"))?;
                }
                file.push_str("</item>\n");
            }
        }
        Ok(())
    }
}

fn head(form: Form) -> &'static str {
    match form {
        Form::Tsv => HEADER,
        Form::Xml => ROOT,
    }
}

fn foot(form: Form) -> &'static str {
    match form {
        Form::Tsv => "",
        Form::Xml => "</channel></rss>\n",
    }
}

/// Processor time that this thread has used.
fn processor_time() -> Result<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let used = stat.split(' ').next().context("a time")?;
    Ok(Duration::from_nanos(used.parse()?))
}

/// The most memory that this process has held, in bytes.
fn peak_memory() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(kilobytes.context("a size")?.parse::<u64>()? * 1024)
}

/// Lines a second and megabytes a second, on one core.
fn parse(form: Form, rows: u64) -> Result<(f64, f64)> {
    let (mut feed, mut made) = (Feed::default(), Rows::new(form, 7));
    let (mut used, mut bytes) = (Duration::ZERO, 0);
    let (mut good, mut bad) = (0, 0);
    let mut file = head(form).to_owned();
    loop {
        while file.len() < CHUNK && made.next < rows {
            made.push(&mut file)?;
        }
        let last = made.next == rows;
        if last {
            file.push_str(foot(form));
        }
        bytes += file.len();
        let began = processor_time()?;
        for chunk in file.as_bytes().chunks(CHUNK) {
            feed.push(chunk);
            for entry in feed.by_ref() {
                match entry.found {
                    Ok(_) => good += 1,
                    Err(_) => bad += 1,
                }
            }
        }
        if last {
            feed.end();
            for entry in feed.by_ref() {
                match entry.found {
                    Ok(_) => good += 1,
                    Err(_) => bad += 1,
                }
            }
        }
        used += processor_time()? - began;
        file.clear();
        if last {
            break;
        }
    }
    let expected = (0..rows).filter(|row| row % BAD == 7).count() as u64;
    ensure!(
        (good, bad) == (rows - expected, expected),
        "{good} good, {bad} bad"
    );
    let seconds = used.as_secs_f64();
    Ok((rows as f64 / seconds, bytes as f64 / seconds / 1e6))
}

/// Products a second into the embedded table, with the messages that it took.
async fn import(rows: u64) -> Result<(f64, usize)> {
    let world = World::new().await;
    let mut made = Rows::new(Form::Tsv, 7);
    let mut file = HEADER.to_owned();
    while made.next < rows {
        made.push(&mut file)?;
    }
    let kind = "text/tab-separated-values";
    world
        .put_object("catalogue/generated.tsv", kind, file.into_bytes())
        .await;
    let app = catalogue::App::new(&world.context());
    let began = Instant::now();
    let mut messages = 0;
    loop {
        let bodies = world.receive_all("catalogue").await;
        if bodies.is_empty() {
            break;
        }
        messages += bodies.len();
        let answer = catalogue::handle(&app, sqs_event(&bodies)).await;
        ensure!(answer.batch_item_failures.is_empty(), "{answer:?}");
    }
    Ok((rows as f64 / began.elapsed().as_secs_f64(), messages))
}

/// Parses and checks so many rows in each form, and imports so many.
pub(crate) async fn run(rows: u64, imported: u64) -> Result<bool> {
    let mut kept = true;
    for (name, form) in [("TSV", Form::Tsv), ("XML", Form::Xml)] {
        let (lines, megabytes) = parse(form, rows)?;
        let memory = peak_memory()?;
        println!(
            "{name}: {rows} rows parsed and checked at {lines:.0} lines/s of one core \
             (floor {FLOOR:.0}), {megabytes:.0} MB/s; peak memory {:.1} MB (at most {})",
            memory as f64 / 1024.0 / 1024.0,
            MOST_MEMORY / 1024 / 1024,
        );
        kept &= lines >= FLOOR && memory <= MOST_MEMORY;
    }
    let (products, messages) = import(imported).await?;
    println!(
        "{imported} of them imported at {products:.0} products/s in {messages} messages, with the \
         embedded table in the same process; peak memory {:.1} MB",
        peak_memory()? as f64 / 1024.0 / 1024.0,
    );
    Ok(kept)
}
