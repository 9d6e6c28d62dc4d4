//! Appealing against what moderators, reports or the filter did: who decided before does not decide again.

use axum::{extract::State, response::Response};
use domain::{
    claim::Claim,
    engagement::{Appeal, Case, Named, NoAppeal, explanation},
    ids::{AppealId, UserId},
    quota::Quota,
};
use serde::Deserialize;
use shared::{
    error::{Conflict, Error, Invalid, Refusal},
    http::{JsonBody, Viewer, Wire, created},
    store::Filed,
    table::Anew,
    views::{AppealView, SubjectName, SubjectView},
};
use utoipa::ToSchema;

use crate::App;

const ROUTE: &str = "POST /v1/appeals";

/// A new appeal.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewAppeal {
    /// What was decided on.
    #[schema(required, nullable = false)]
    subject: Option<SubjectName>,
    /// Why it should be decided otherwise: 1 to 1,000 characters.
    #[schema(required, nullable = false, min_length = 1, max_length = 1000)]
    text: Option<String>,
}

/// An appeal as far as it can be read without the table.
#[derive(Debug)]
pub struct Draft {
    subject: Option<(Named, SubjectView)>,
    text: Option<String>,
}

impl Wire for NewAppeal {
    type Parsed = Draft;

    /// Always what is good of it, so that what it names is looked at even where the text is bad.
    fn parse(self, invalid: &mut Invalid) -> Option<Draft> {
        let named = SubjectName::read(self.subject.as_ref());
        let named = match named {
            Ok(named) => Some(named),
            Err(faults) => {
                let faults = faults.into_iter();
                faults.for_each(|(at, why)| invalid.add(format!("/subject{at}"), why));
                None
            }
        };
        let view = self.subject.and_then(|subject| subject.as_named());
        let text = self.text.ok_or_else(|| "is required".to_owned());
        let text = text.and_then(|text| explanation(&text));
        Some(Draft {
            subject: named.zip(view),
            text: invalid.check("/text", text),
        })
    }
}

/// Appeals: the author against what weighs on them, whoever reported it against its being kept; within 180 days, once.
#[utoipa::path(
    post,
    path = "/v1/appeals",
    tag = "engagement",
    request_body = NewAppeal,
    security(("bearer" = [])),
    responses(
        (status = 201, description = "The appeal.", body = AppealView),
        (status = 404, description = "There is no such thing."),
        (status = 409, description = "There is nothing to appeal against, or somebody did before."))
)]
pub async fn appeal(
    State(app): State<App>,
    viewer: Viewer,
    body: JsonBody,
) -> Result<Response, Error> {
    let mut invalid = Invalid::default();
    let read = body.parse_noting::<NewAppeal>(&mut invalid);
    let read = read.and_then(|draft| Ok((draft, body.claim(&viewer, ROUTE)?)));
    let (draft, claim) = match read {
        Ok(read) => read,
        // Who has not joined is told so first.
        Err(error) => return Err(app.store.rules(&viewer.id).await.err().unwrap_or(error)),
    };
    let Some((draft, (named, view))) = draft.and_then(|mut draft| {
        let subject = draft.subject.take()?;
        Some((draft, subject))
    }) else {
        app.store.rules(&viewer.id).await?;
        return Err(Error::Invalid(invalid));
    };
    let appeal = app.hear(&viewer.id, &named, &draft, &invalid, claim.as_ref());
    let appeal = Box::pin(appeal).await?;
    let path = format!("/v1/appeals/{}", appeal.id);
    created(&app.api_url, &path, AppealView::of(&appeal, view))
}

impl App {
    async fn hear(
        &self,
        me: &UserId,
        named: &Named,
        draft: &Draft,
        invalid: &Invalid,
        claim: Option<&Claim>,
    ) -> Result<Appeal, Error> {
        let store = &self.store;
        let quota = Quota {
            user: me.clone(),
            kind: "appeals",
            limit: self.appeals_an_hour,
        };
        let mut anew = Anew::standing_on("what is appealed");
        loop {
            let made = async {
                match claim {
                    Some(claim) => store.made_before(claim, self.clock.now()).await,
                    None => Ok(None),
                }
            };
            let (rules, target, made) = futures::join!(store.rules(me), self.target(named), made);
            rules?;
            if let Some(made) = made? {
                let id: AppealId = made.parse().map_err(Error::internal)?;
                return store.appeal_of(me, id).await?.ok_or(Error::Gone);
            }
            let target = target?.ok_or(Error::NotFound)?;
            let subject = target.subject();
            let (case, mine) = futures::try_join!(
                store.case_now(&subject),
                store.report_on(&subject, me, true)
            )?;
            let side = Case::side(target.author(), me, mine.as_ref());
            let by = side.ok_or(Error::Refused(Refusal::NotOwner))?;
            invalid.clone().finish()?;
            let text = draft.text.clone();
            let text = text.ok_or_else(|| Error::internal("an appeal without a text"))?;
            let now = self.clock.now();
            let before = case.ok_or(Error::Conflict(Conflict::NothingToAppeal))?;
            before
                .may_appeal(by, target.is_hidden(), mine.as_ref(), now)
                .map_err(refused)?;
            let appeal = Appeal {
                id: AppealId(self.ids.ulid()),
                subject,
                who: me.clone(),
                by,
                text,
                created_at: now,
            };
            let after = before.clone().appealed(appeal.clone());
            let filed = store.appeal(&appeal, &before, &after, claim, &quota);
            if filed.await? == Filed::Done {
                return Ok(appeal);
            }
            anew.begin().await?;
        }
    }
}

fn refused(none: NoAppeal) -> Error {
    Error::Conflict(match none {
        NoAppeal::Nothing => Conflict::NothingToAppeal,
        NoAppeal::Already => Conflict::AlreadyAppealed,
    })
}
