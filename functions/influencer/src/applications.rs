//! Applying as an influencer (MONEY 6, 7): what is asked, what is there, and how an application stands.

use axum::{Json, extract::State, response::Response};
use domain::{
    ids::UserId,
    money::{
        Account,
        programmes::{Application, Criterion, Measured, Standing},
        social::{Network, SocialHandle},
    },
};
use serde::{Deserialize, Serialize};
use shared::{
    error::{Conflict, Error, Invalid},
    http::{JsonBody, Prime, Wire, created},
    store::Decision,
    table::Anew,
    views::Time,
};
use utoipa::ToSchema;

use crate::{App, accounts::Provider};

const PATH: &str = "/v1/influencer/application";
const ROUTE: &str = "POST /v1/influencer/application";

/// Through which account somebody applies.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewApplication {
    /// Of which network.
    #[schema(required, value_type = Provider)]
    provider: Option<String>,
    /// Where no account of it is linked, since its profile cannot be read: which it is. An admin looks then.
    #[schema(min_length = 1, max_length = 101)]
    handle: Option<String>,
}

impl Wire for NewApplication {
    type Parsed = (Network, Option<SocialHandle>);

    fn parse(self, invalid: &mut Invalid) -> Option<Self::Parsed> {
        let provider = match self.provider {
            None => Err("is required".to_owned()),
            Some(name) => Network::parse(&name).ok_or_else(|| {
                let known = Network::ALL.map(Network::name).join(", ");
                format!("must be one of: {known}")
            }),
        };
        let provider = invalid.check("/provider", provider);
        let handle = match self.handle {
            Some(handle) => Some(invalid.check("/handle", SocialHandle::parse(&handle))?),
            None => None,
        };
        Some((provider?, handle))
    }
}

/// How my application stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApplicationView {
    /// `none` before there is one.
    #[schema(value_type = ApplicationStatus)]
    status: &'static str,
    /// When it is decided by itself, at the earliest.
    #[serde(skip_serializing_if = "Option::is_none")]
    decide_at: Option<Time>,
    /// After it was declined: from when on I may apply again.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_at: Option<Time>,
    /// What an admin said who decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// What is asked, over my latest 20 posts, and what is there.
    #[schema(max_items = 4)]
    criteria: Vec<CriterionView>,
}

/// How an application stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "a shape of the description")]
pub(crate) enum ApplicationStatus {
    None,
    Approved,
    InReview,
    Declined,
}

/// What is asked of an applicant, and what is there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Criterion)]
pub(crate) struct CriterionView {
    /// `audience`, `posts`, `shoppable_share` or `engagement`.
    name: String,
    /// What is there; `null` where it is not known.
    #[schema(required)]
    value: Option<f64>,
    /// At least so much is asked.
    threshold: f64,
    /// Whether it is there.
    met: bool,
}

impl From<&Criterion> for CriterionView {
    fn from(criterion: &Criterion) -> Self {
        Self {
            name: criterion.name.clone(),
            value: criterion.value,
            threshold: criterion.threshold,
            met: criterion.met,
        }
    }
}

impl ApplicationView {
    fn of(application: &Application) -> Self {
        Self {
            status: application.status.name(),
            decide_at: application.decide_at.map(Time),
            retry_at: application.again_from().map(Time),
            reason: application.reason.clone(),
            criteria: views(&application.criteria),
        }
    }
}

fn views(criteria: &[Criterion]) -> Vec<CriterionView> {
    criteria.iter().map(CriterionView::from).collect()
}

/// Applies as an influencer through a linked account: decided at once by what YouTube and X tell, after five days by what
/// the others do, and by an admin where nobody tells how many follow.
#[utoipa::path(
    post,
    path = "/v1/influencer/application",
    tag = "influencer",
    request_body = NewApplication,
    security(("bearer" = [])),
    responses(
        (status = 201, description = "How it stands.", body = ApplicationView),
        (status = 409, description = "No account is linked, too little is published, or there is an application."))
)]
pub(crate) async fn apply(
    State(app): State<App>,
    Prime(viewer): Prime,
    body: JsonBody,
) -> Result<Response, Error> {
    let me = &viewer.id;
    app.store.rules(me).await?;
    let claim = body.claim(&viewer, ROUTE)?;
    let new = body.parse::<NewApplication>()?;
    let now = app.clock.now();
    if let Some(claim) = &claim
        && app.store.made_before(claim, now).await?.is_some()
    {
        let made = app.store.application(me).await?.ok_or(Error::Gone)?;
        return created(&app.api_url, PATH, ApplicationView::of(&made));
    }
    let mut anew = Anew::standing_on("an application");
    loop {
        let (before, made) = Box::pin(app.apply_as_read(me, &new)).await?;
        let decision = Decision {
            user: me,
            before: before.as_ref(),
            after: &made,
            fresh: &app.fresh_account(),
        };
        let decided = app.store.decide_application(decision, claim.as_ref(), now);
        if Box::pin(decided).await? {
            return created(&app.api_url, PATH, ApplicationView::of(&made));
        }
        anew.begin().await?;
    }
}

/// How my application stands; before there is one, what is asked and what is there.
#[utoipa::path(
    get,
    path = "/v1/influencer/application",
    tag = "influencer",
    security(("bearer" = [])),
    responses((status = 200, description = "How it stands.", body = ApplicationView))
)]
pub(crate) async fn read_application(
    State(app): State<App>,
    Prime(viewer): Prime,
) -> Result<Json<ApplicationView>, Error> {
    let me = &viewer.id;
    app.store.rules(me).await?;
    if let Some(application) = app.store.application(me).await? {
        return Ok(Json(ApplicationView::of(&application)));
    }
    let (measured, linked) = futures::try_join!(
        Box::pin(app.store.measured(me)),
        app.store.social_accounts(me)
    )?;
    let measured = Measured {
        audience: linked.iter().filter_map(|linked| linked.audience).max(),
        ..measured
    };
    Ok(Json(ApplicationView {
        status: "none",
        decide_at: None,
        retry_at: None,
        reason: None,
        criteria: views(&measured.criteria(&app.thresholds)),
    }))
}

impl App {
    /// What an application comes to that stands on what is read now, with the one that was before.
    async fn apply_as_read(
        &self,
        me: &UserId,
        (network, handle): &(Network, Option<SocialHandle>),
    ) -> Result<(Option<Application>, Application), Error> {
        let now = self.clock.now();
        let (linked, before, measured) = futures::try_join!(
            self.store.social_account(me, *network),
            self.store.application(me),
            Box::pin(self.store.measured(me))
        )?;
        let conflict = |why| Err(Error::Conflict(why));
        let handle = match (&linked, handle) {
            (Some(_), _) => None,
            (None, Some(handle)) => Some(handle.clone()),
            (None, None) => return conflict(Conflict::NotLinked),
        };
        if measured.is_too_little(&self.thresholds) {
            return conflict(Conflict::TooFewPosts);
        }
        match before.as_ref().map(|before| before.status) {
            Some(Standing::InReview) => return conflict(Conflict::InReview),
            Some(Standing::Approved) => return conflict(Conflict::AlreadyApproved),
            Some(Standing::Declined) | None => {}
        }
        let again = before.as_ref().and_then(Application::again_from);
        if let Some(from) = again.filter(|from| now < *from) {
            return conflict(Conflict::ReapplyLater(from));
        }
        let measured = Measured {
            audience: linked.and_then(|linked| linked.audience),
            ..measured
        };
        let asked = &self.thresholds;
        let made = Application::made(*network, handle, &measured, asked, now, before.as_ref());
        Ok((before, made))
    }

    /// An account that nobody has.
    pub(crate) fn fresh_account(&self) -> Account {
        Account::of_random(u128::from(self.ids.ulid()))
    }
}
