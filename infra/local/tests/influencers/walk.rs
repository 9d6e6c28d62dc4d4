//! The walk of `docs/money.md`, made as it stands there.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::Town;

/// The commands of a document.
fn commands(document: &str) -> String {
    let blocks = document.split("```sh\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().unwrap());
    blocks.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_walk_of_the_document_follows_the_money_to_its_end() {
    let town = Town::new().await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let products = std::fs::read_to_string(root.join("infra/local/demo/products.tsv")).unwrap();
    let own = format!("{}/store/", town.cloud.url());
    let products = products.replace("https://store.example/", &own);
    let context = town.cloud.context();
    let put = context.s3().put_object().bucket(context.config.bucket());
    let put = put
        .key("catalogue/demo.tsv")
        .body(products.into_bytes().into());
    put.send().await.unwrap();
    town.cloud.drain().await.unwrap();

    let document = std::fs::read_to_string(root.join("docs/money.md")).unwrap();
    let walk = commands(&document).replace("http://127.0.0.1:8080", town.cloud.url());
    // Built already: what cargo would run.
    let cargo = format!(
        "set -euo pipefail\ncargo() {{ while [ \"$1\" != -- ]; do shift; done; shift; '{}' \"$@\"; }}\n",
        env!("CARGO_BIN_EXE_local")
    );
    let made = tokio::task::spawn_blocking(move || {
        let mut bash = Command::new("bash");
        let bash = bash.arg("-c").arg(cargo + &walk).current_dir(root);
        bash.output().unwrap()
    });
    let made = made.await.unwrap();
    let said = String::from_utf8_lossy(&made.stdout).into_owned();
    let wrong = String::from_utf8_lossy(&made.stderr).into_owned();
    assert!(made.status.success(), "{said}\n{wrong}");
    // Each step, in its order.
    let mut rest = said.as_str();
    for step in [
        "\"verified_by\":\"oauth\"",
        "\"name\":\"engagement\"",
        "\"account\":\"",
        "/store/p/SPK-1001",
        "/store/orders/o-",
        "\"rule\":\"click-24h\"",
        "\"status\":\"earned\"",
        "\"conversion\":1",
        "\"commission\":{\"amount\":1850,",
        "\"kind\":\"earned\"",
        "\"reversed\":-250",
        "\"status\":\"created\"",
        "\"status\":\"returned\"",
        "payout,payee_reference,amount,currency,account",
        ",kira-at-the-bank,16.00,USD,",
        "\"status\":\"reversed\"",
        "\"total\":-1600",
        "The ledger is whole: blocks ",
        "owed -16.00 USD",
    ] {
        let at = rest.find(step);
        assert!(
            at.is_some(),
            "{step} is not told, or too early: {said}\n{wrong}"
        );
        rest = &rest[at.unwrap()..];
    }
    let problems = said.matches("/problems/").count();
    assert_eq!(problems, 0, "{said}");
    let (_, status) = town.get("/local/status", None).await;
    let mut queues = status["queues"].as_array().unwrap().iter();
    assert!(queues.all(|queue| queue["dead"] == json!(0)), "{status}");
}
