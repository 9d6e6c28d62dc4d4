//! Briefs (MONEY 35): sent to influencers, who accept or decline, and what became of them.

use std::collections::{BTreeSet, HashMap};

use axum::{Json, extract::State, response::Response};
use domain::{
    catalogue::brand::{self, Brand},
    claim::Claim,
    ids::{BriefId, ProductId, UserId},
    money::briefs::{self, Brief, PRODUCTS, Sent, Status},
    people::{Handle, Profile},
    quota::Quota,
    text,
};
use serde::Deserialize;
use shared::{
    error::{Error, Invalid},
    http::{JsonBody, Page, PageQuery, Params, Seller, Viewer, Wire, created},
    table::Anew,
    views::BriefView,
};
use utoipa::ToSchema;

use crate::App;

const ROUTE: &str = "POST /v1/sellers/briefs";
const NO_PRODUCT: &str = "is no product of this brand";
const NO_INFLUENCER: &str = "is no influencer";

/// What an influencer is asked to show.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewBrief {
    /// For which brand: one of the caller's.
    #[schema(required, nullable = false, min_length = 1, max_length = 70)]
    brand: Option<String>,
    /// Whom to ask, by their handle: an influencer.
    #[schema(required, nullable = false, pattern = "^[A-Za-z0-9_]{2,20}$")]
    influencer: Option<String>,
    /// 1 to 20 products of the brand.
    #[schema(required, nullable = false, min_items = 1, max_items = 20)]
    product_ids: Option<Vec<String>>,
    /// 1 to 1,000 characters.
    #[schema(required, nullable = false, min_length = 1, max_length = 1000)]
    text: Option<String>,
}

/// The same as far as it can be read without the table.
#[derive(Debug)]
pub(crate) struct Draft {
    brand: Option<Brand>,
    influencer: Option<Handle>,
    /// With their places in the body.
    products: Vec<(usize, ProductId)>,
    text: Option<String>,
}

impl Wire for NewBrief {
    type Parsed = Draft;

    /// Always what is good of it, so that what it names is looked for even where the rest is bad.
    fn parse(self, invalid: &mut Invalid) -> Option<Draft> {
        let required = || "is required".to_owned();
        let brand = self.brand.ok_or_else(required);
        let brand = brand.and_then(|name| {
            let name = text::within(&name, brand::NAME)?;
            Brand::of(&name).ok_or_else(required)
        });
        let handle = self.influencer.ok_or_else(required);
        let handle = handle.and_then(|handle| Handle::parse(&handle));
        let said = self.text.ok_or_else(required);
        let said = said.and_then(|said| text::within(&said, briefs::TEXT));
        let said = said.and_then(|said| match text::shows(&said) {
            true => Ok(said),
            false => Err("shows nothing".to_owned()),
        });
        Some(Draft {
            brand: invalid.check("/brand", brand),
            influencer: invalid.check("/influencer", handle),
            products: products(self.product_ids, invalid),
            text: invalid.check("/text", said),
        })
    }
}

fn products(sent: Option<Vec<String>>, invalid: &mut Invalid) -> Vec<(usize, ProductId)> {
    let (mut products, mut seen) = (Vec::new(), BTreeSet::new());
    let sent = match sent {
        None => {
            invalid.add("/product_ids", "is required");
            Vec::new()
        }
        Some(sent) => {
            if !(1..=PRODUCTS).contains(&sent.len()) {
                let detail = format!("must name 1 to {PRODUCTS} products");
                invalid.add("/product_ids", detail);
            }
            sent
        }
    };
    for (at, id) in sent.iter().take(PRODUCTS).enumerate() {
        let id = ProductId::from_public(id).ok_or_else(|| NO_PRODUCT.to_owned());
        let id = id.and_then(|id| match seen.insert(id.clone()) {
            true => Ok(id),
            false => Err("is named twice".to_owned()),
        });
        let id = invalid.check(&format!("/product_ids/{at}"), id);
        products.extend(id.map(|id| (at, id)));
    }
    products
}

/// The briefs that I sent, newest first.
#[utoipa::path(
    get,
    path = "/v1/sellers/briefs",
    tag = "sellers",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of briefs.", body = Page<BriefView>))
)]
pub(crate) async fn list_sent_briefs(
    State(app): State<App>,
    Seller(viewer): Seller,
    params: Params,
) -> Result<Json<Page<BriefView>>, Error> {
    let page = params.page()?;
    let list = app.cursors.list("briefs sent", Some(&viewer.id));
    let before: Option<BriefId> = list.place(&page)?;
    let (sent, more) = app.store.briefs_by(&viewer.id, before, page.limit).await?;
    let to: BTreeSet<_> = sent.iter().map(|sent| &sent.to).collect();
    let (people, briefs, onlooker) = futures::try_join!(
        app.store.profiles(to),
        app.store.sent_briefs(&sent),
        app.reads.onlooker(Some(&viewer.id))
    )?;
    let briefs: HashMap<_, _> = briefs.iter().map(|brief| (brief.id, brief)).collect();
    // Of whoever has left, or is across a block, nothing is told.
    let told: Vec<_> = sent
        .iter()
        .filter(|sent| onlooker.sees(&sent.to))
        .filter_map(|Sent { id, to }| Some((*briefs.get(id)?, people.get(to)?)))
        .collect();
    let items = told
        .iter()
        .map(|(brief, to)| BriefView::sent(brief, &to.handle));
    list.page(items.collect(), |shown| match told.get(shown) {
        Some(_) => {
            let last = shown.checked_sub(1).and_then(|last| told.get(last));
            last.map(|(brief, _)| brief.id)
        }
        None => sent.last().filter(|_| more).map(|sent| sent.id),
    })
    .map(Json)
}

/// Asks an influencer to show products of a brand of mine: 20 times a day at most.
#[utoipa::path(
    post,
    path = "/v1/sellers/briefs",
    tag = "sellers",
    request_body = NewBrief,
    security(("bearer" = [])),
    responses(
        (status = 201, description = "The brief.", body = BriefView),
        (status = 404, description = "The brand is not the caller's."))
)]
pub(crate) async fn send_brief(
    State(app): State<App>,
    Seller(viewer): Seller,
    body: JsonBody,
) -> Result<Response, Error> {
    let mut invalid = Invalid::default();
    let draft = body.parse_noting::<NewBrief>(&mut invalid)?;
    let claim = body.claim(&viewer, ROUTE)?;
    let Some(draft) = draft else {
        return Err(Error::Invalid(invalid));
    };
    let brand = match &draft.brand {
        Some(brand) => Some(app.own_brand(&viewer, brand).await?),
        None => None,
    };
    let mut anew = Anew::standing_on("what the key was used for");
    loop {
        if let Some((brief, to)) = app.sent_before(&viewer.id, claim.as_ref()).await? {
            return app.sent(&brief, &to);
        }
        let (brief, to) = app
            .brief_of(&viewer, &draft, brand.as_deref(), invalid.clone())
            .await?;
        let quota = Quota {
            user: viewer.id.clone(),
            kind: "briefs",
            limit: briefs::A_DAY,
        };
        let sent = app
            .store
            .send_brief(&brief, &to.id, claim.as_ref(), &quota, brief.sent_at);
        if sent.await? {
            return app.sent(&brief, &to);
        }
        anew.begin().await?;
    }
}

impl App {
    fn sent(&self, brief: &Brief, to: &Profile) -> Result<Response, Error> {
        let view = BriefView::sent(brief, &to.handle);
        created(&self.api_url, "/v1/sellers/briefs", view)
    }

    /// What a request with this key sent before, and to whom.
    async fn sent_before(
        &self,
        me: &UserId,
        claim: Option<&Claim>,
    ) -> Result<Option<(Brief, Profile)>, Error> {
        let made = match claim {
            Some(claim) => self.store.made_before(claim, self.clock.now()).await?,
            None => None,
        };
        let Some(made) = made else { return Ok(None) };
        let id = made.parse().map_err(Error::internal)?;
        let Sent { id, to } = self.store.sent_brief(me, id).await?.ok_or(Error::Gone)?;
        let (brief, to) = futures::try_join!(self.store.brief(&to, id), self.store.profile(&to))?;
        brief.zip(to).ok_or(Error::Gone).map(Some)
    }

    /// What is asked, and of whom.
    ///
    /// # Errors
    /// 422 all that is wrong.
    async fn brief_of(
        &self,
        viewer: &Viewer,
        draft: &Draft,
        brand: Option<&str>,
        mut invalid: Invalid,
    ) -> Result<(Brief, Profile), Error> {
        let now = self.clock.now();
        let products = draft.products.iter().map(|(_, id)| id);
        let to = async {
            match &draft.influencer {
                Some(handle) => self.influencer(viewer, handle).await,
                None => Ok(None),
            }
        };
        let filter = async { Ok::<_, Error>(self.filter.now(now).await) };
        let (products, to, filter) =
            futures::try_join!(self.store.products(products), Box::pin(to), filter)?;
        if draft.influencer.is_some() && to.is_none() {
            invalid.add("/influencer", NO_INFLUENCER);
        }
        for (at, id) in &draft.products {
            let of = products.get(id).and_then(|product| product.brand());
            if draft.brand.is_some() && of != draft.brand {
                invalid.add(format!("/product_ids/{at}"), NO_PRODUCT);
            }
        }
        let said = draft.text.iter().map(|text| ("/text", text.as_str()));
        invalid.unwanted(filter.screen(said).unheld());
        let (true, Some(to), Some(brand), Some(text)) =
            (invalid.is_empty(), to, brand, &draft.text)
        else {
            return Err(Error::Invalid(invalid));
        };
        let brief = Brief {
            id: BriefId(self.ids.ulid()),
            brand: brand.to_owned(),
            products: draft.products.iter().map(|(_, id)| id.clone()).collect(),
            text: text.clone(),
            sent_at: now,
            status: Status::Sent,
            answered_at: None,
        };
        Ok((brief, to))
    }

    /// The influencer of this handle, if they are one, and neither blocks the other.
    async fn influencer(&self, viewer: &Viewer, handle: &Handle) -> Result<Option<Profile>, Error> {
        let (user, onlooker) = futures::try_join!(
            self.store.user_by_handle(handle),
            self.reads.onlooker(Some(&viewer.id))
        )?;
        let profile = match user.filter(|user| onlooker.sees(user)) {
            Some(user) => self.store.profile(&user).await?,
            None => None,
        };
        Ok(profile.filter(|profile| profile.influencer))
    }
}
