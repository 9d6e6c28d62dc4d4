//! What people see of the store.

use axum::response::{Html, IntoResponse, Response};
use domain::catalogue::currency::major;
use domain::ids::ProductId;
use http::{HeaderName, StatusCode, header};
use serde_json::Value;

use super::orders::Order;
use super::{money, text};
use crate::html::escaped;

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";
const PICTURE_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

const STYLE: &str = "\
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 42rem; margin: 0 auto; padding: 1rem }
img { max-width: 100%; height: auto; border-radius: .5rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem }
dd { margin: 0 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: start; padding: .25rem .5rem; border-bottom: 1px solid #8888 }
form { margin: 1rem 0; display: flex; flex-wrap: wrap; gap: .5rem; align-items: end }
input, button { font: inherit; padding: .4rem .6rem }
small { color: color-mix(in srgb, currentColor 75%, transparent) }
";

/// How the pages look.
pub(super) async fn style() -> Response {
    let kind = (header::CONTENT_TYPE, "text/css; charset=utf-8");
    let nosniff = (header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    ([kind, nosniff], STYLE).into_response()
}

/// A drawn picture.
pub(super) fn picture(drawn: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, PICTURE_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, drawn).into_response()
}

/// A page; of one that looks again every second, so.
fn page(status: StatusCode, title: &str, body: &str, again: bool) -> Response {
    let title = escaped(title);
    let again = match again {
        true => "<meta http-equiv=\"refresh\" content=\"1\">",
        false => "",
    };
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">{again}\
         <title>{title}</title><link rel=\"stylesheet\" href=\"/store/style.css\"></head>\
         <body><main>{body}</main><footer><small>A store that Spark's local cloud plays. \
         Nothing is sold here, and nobody pays.</small></footer></body></html>"
    );
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, Html(html)).into_response()
}

/// That something is not there.
pub(super) fn missing(why: &str) -> Response {
    refused(StatusCode::NOT_FOUND, why)
}

/// That something cannot be.
pub(super) fn refused(status: StatusCode, why: &str) -> Response {
    let body = format!("<h1>{}</h1>", escaped(why));
    page(status, why, &body, false)
}

fn priced(amount: i64, currency: &str) -> String {
    escaped(&format!("{} {currency}", major(amount, currency)))
}

/// The money at a place of an answer, for people.
fn shown(value: &Value, pointer: &str) -> String {
    let money = money(value, pointer);
    money.map_or_else(
        |_none| "–".to_owned(),
        |(amount, currency)| priced(amount, &currency),
    )
}

/// A product: its picture, its price, whether it is there, and how one buys it.
pub(super) fn product(id: &ProductId, card: &Value) -> Response {
    let at = escaped(&format!("/store/p/{}", id.public()));
    let title = text(card, "/title");
    let (availability, buys) = match text(card, "/availability") {
        "in_stock" => ("In stock", card["price"].is_object()),
        "sold_out" => ("Sold out", false),
        _gone => ("Not sold any more", false),
    };
    let form = format!(
        "<form method=\"post\" action=\"{at}/buy\">\
         <label>Quantity <input name=\"quantity\" type=\"number\" min=\"1\" max=\"100000\" value=\"1\"></label>\
         <label>Customer <input name=\"customer\" maxlength=\"128\" placeholder=\"a guest\"></label>\
         <button>Buy</button><button name=\"ship\" value=\"false\">Buy, ship later</button></form>"
    );
    let form = if buys { form.as_str() } else { "" };
    let brand = text(card, "/brand");
    let body = format!(
        "<h1>{name}</h1><p><img src=\"{at}/picture.svg\" width=\"400\" height=\"400\" alt=\"{name}\"></p>\
         <p>{brand}</p><p><strong>{price}</strong></p><p>{availability}</p>{form}<p>{description}</p>",
        name = escaped(title),
        brand = escaped(brand),
        price = shown(card, "/price"),
        description = escaped(text(card, "/description")),
    );
    page(StatusCode::OK, title, &body, false)
}

/// An order: what was earned by it and why, and what can be done at it.
pub(super) fn order(order: &Order, books: Option<&Value>) -> Response {
    let heard = books.and_then(|books| books["events"].as_array());
    let waits = heard.map_or(0, Vec::len) < order.events();
    let commission = match books {
        Some(books) => commission(books),
        None => String::new(),
    };
    let waiting = match waits {
        true => {
            "<p role=\"status\">Spark has not worked off yet all that it was told of this order. \
             This page looks again every second.</p>"
        }
        false => "",
    };
    let state = match (order.cancelled, order.shipped, order.left()) {
        (true, false, _) => "Cancelled.",
        (_, false, _) => "Ordered, not shipped.",
        (_, true, 0) => "Shipped, and paid back.",
        (_, true, _) => "Shipped.",
    };
    let body = format!(
        "<h1>Order {id}</h1><p>{quantity} × <a href=\"/store/p/{product}\">{title}</a>, {net}, \
         by {customer}. {state}</p><h2>What was earned</h2>{waiting}{commission}\
         <h2>What can be done</h2>{forms}",
        id = escaped(&order.id),
        quantity = order.quantity,
        product = escaped(&order.product.public()),
        title = escaped(&order.title),
        net = priced(order.net.amount, &order.net.currency),
        customer = escaped(&order.customer),
        forms = forms(order),
    );
    page(StatusCode::OK, &format!("Order {}", order.id), &body, waits)
}

fn forms(order: &Order) -> String {
    let form = |deed: &str, fields: &str, name: &str| {
        let id = escaped(&order.id);
        format!(
            "<form method=\"post\" action=\"/store/orders/{id}/{deed}\">{fields}<button>{name}</button></form>"
        )
    };
    let mut forms = String::new();
    if !order.shipped && !order.cancelled {
        forms += &form("ship", "", "Ship");
    }
    let left = order.left();
    if left > 0 {
        let fields = format!(
            "<label>Minor units <input name=\"amount\" type=\"number\" min=\"1\" max=\"{left}\" \
             placeholder=\"all {left}\"></label>"
        );
        forms += &form("refund", &fields, "Refund");
    }
    if !order.cancelled {
        forms += &form("cancel", "", "Cancel");
    }
    match forms.is_empty() {
        true => "<p>Nothing more.</p>".to_owned(),
        false => forms,
    }
}

/// What Spark's books say of who is credited, and who is not.
fn commission(books: &Value) -> String {
    let tellings = books["tellings"].as_array().map_or(&[][..], Vec::as_slice);
    if tellings.is_empty() {
        return "<p>Nobody is credited: no click on an influencer's link led here.</p>".to_owned();
    }
    tellings.iter().map(telling).collect()
}

fn telling(telling: &Value) -> String {
    let rule = text(telling, "/rule");
    let why = escaped(why(rule));
    let (account, rule) = (escaped(text(telling, "/account")), escaped(rule));
    let Some(entries) = telling["entries"].as_array() else {
        return format!("<p>Account {account} is not credited: {why} ({rule}).</p>");
    };
    let percent = |pointer: &str| {
        let bp = telling.pointer(pointer).and_then(Value::as_i64);
        let bp = bp.unwrap_or_default();
        format!("{}.{:02} %", bp / 100, bp % 100)
    };
    let rows: String = entries
        .iter()
        .map(|entry| {
            format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
                escaped(text(entry, "/kind")),
                shown(entry, "/amount"),
                escaped(text(entry, "/due_on")),
            )
        })
        .collect();
    let table = match rows.is_empty() {
        true => "<p>Nothing is posted yet: it is earned by what is shipped.</p>".to_owned(),
        false => format!(
            "<table><thead><tr><th scope=\"col\">Entry</th><th scope=\"col\">Amount</th>\
             <th scope=\"col\">Due</th></tr></thead><tbody>{rows}</tbody></table>"
        ),
    };
    let source = match text(telling, "/click/source/id") {
        "" => String::new(),
        id => format!(
            "<dt>Link</dt><dd>of the {} {}</dd>",
            escaped(text(telling, "/click/source/kind")),
            escaped(id)
        ),
    };
    format!(
        "<dl><dt>Account</dt><dd>{account}</dd><dt>Why</dt><dd>{why} ({rule})</dd>{source}\
         <dt>Rate</dt><dd>{rate}</dd><dt>Commission</dt><dd>{commission}</dd>\
         <dt>Status</dt><dd>{status}</dd></dl>{table}",
        rate = percent("/rate/bp"),
        commission = shown(telling, "/commission"),
        status = escaped(text(telling, "/status")),
    )
}

/// A rule of attribution in words (MONEY 20, 31).
fn why(rule: &str) -> &'static str {
    match rule {
        "basket-90d" => "it was put into the basket within a day of a click on their link",
        "click-24h" => "it was ordered within a day of a click on their link",
        "onsite-view" => {
            "it was ordered within a day of a look at their post, which shows its like"
        }
        "own-purchase" => "the link is the shopper's own",
        "expired" => "it was ordered more than a day after the click",
        "closed-by-click" => "somebody else's link was followed later",
        "closed-by-order" => "the shopper had ordered something else since the click",
        "basket-of-another" => "it went into the basket by somebody else's link",
        _unknown => "by a rule that this page does not know",
    }
}
