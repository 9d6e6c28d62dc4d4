//! Hearts and lists, beside their budgets (ENGAGEMENT 51).

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{
    capacity::{Bench, id},
    reference::{PAGE, author, product, text},
    report::Budget,
};

impl Bench {
    /// What goes into lists and out of them, and lists of both kinds of things.
    pub(crate) async fn lists(&mut self) -> Result<()> {
        let http = self.serve(engagement::router(&self.context));
        let post = self.world.published_post(&author(0)).text(&text(300)).await;
        let keep = Budget::rounds(2).rcu(4.0).wcu(8.0);
        let product_heart = format!("/v1/products/{}/heart", product(0));
        let post_heart = format!("/v1/posts/{}/heart", post.id);
        let first = http.put(&product_heart);
        let name = "PUT /v1/products/{product_id}/heart, the first of all";
        self.call(name, first, 204, Budget::rounds(2).rcu(4.0))
            .await?;
        let back = http.delete(&product_heart).token(&self.token);
        back.send().await.expect(204);
        for (path, route) in [
            (&product_heart, "/v1/products/{product_id}/heart"),
            (&post_heart, "/v1/posts/{post_id}/heart"),
        ] {
            let put = http.put(path);
            self.call(&format!("PUT {route}"), put, 204, keep).await?;
            let delete = http.delete(path);
            self.call(&format!("DELETE {route}"), delete, 204, keep)
                .await?;
        }
        let new = json!({"name": "Gifts", "visibility": "public"});
        let new = http.post("/v1/lists").json(new);
        let list = self
            .call("POST /v1/lists", new, 201, Budget::rounds(2))
            .await?;
        let list = id(&list)?;
        let item = |index: usize| format!("/v1/lists/{list}/items/product/{}", product(index));
        let route = "/v1/lists/{list_id}/items/{kind}/{item_id}";
        for index in 0..29 {
            let put = http.put(&item(index)).token(&self.token).json(json!({}));
            put.send().await.expect(204);
        }
        let put = http.put(&item(29)).json(json!({}));
        self.call(&format!("PUT {route}"), put, 204, keep).await?;
        for (what, index, position, rcu) in [
            ("to the front", 29, 0, 4.0),
            ("to the 20th place", 3, 20, 5.0),
        ] {
            let name = format!("PUT {route}, moved {what}");
            let put = http.put(&item(index)).json(json!({ "position": position }));
            let budget = Budget::rounds(2).rcu(rcu).wcu(6.0);
            self.call(&name, put, 204, budget).await?;
        }
        let delete = http.delete(&item(0));
        self.call(&format!("DELETE {route}"), delete, 204, keep)
            .await?;
        let path = format!("/v1/lists/{list}");
        let read = http.get(&path);
        let page = Budget::rounds(3);
        let read = self
            .call("GET /v1/lists/{list_id}", read, 200, page)
            .await?
            .json();
        let items = read["items"].as_array().map_or(0, Vec::len);
        ensure!(items == PAGE, "a page of {items}");
        let mine = http.get("/v1/lists");
        self.call("GET /v1/lists", mine, 200, page).await?;
        let theirs = http.get(&format!("/v1/users/{}/lists", crate::reference::READER));
        self.call("GET /v1/users/{handle}/lists", theirs, 200, Budget::FREE)
            .await?;
        let with = http.get(&format!("/v1/products/{}/lists", product(1)));
        self.call("GET /v1/products/{product_id}/lists", with, 200, page)
            .await?;
        let change = http.patch(&path).json(json!({"name": "Presents"}));
        self.call("PATCH /v1/lists/{list_id}", change, 200, Budget::FREE)
            .await?;
        let delete = http.delete(&path);
        self.call("DELETE /v1/lists/{list_id}", delete, 204, Budget::FREE)
            .await?;
        Ok(())
    }
}
