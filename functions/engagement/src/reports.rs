//! Reporting what others share and say, and people: enough reports hide a post or a comment.

use axum::{extract::State, response::Response};
use domain::{
    claim::Claim,
    engagement::{
        Case, HiddenBy, Moderation, Named, Record, Report, ReportReason, Subject, explanation,
    },
    ids::ReportId,
    posts::PostStatus,
    quota::Quota,
    shown::Onlooker,
};
use jiff::Timestamp;
use serde::Deserialize;
use shared::{
    error::{Error, Invalid},
    http::{JsonBody, Viewer, Wire, created},
    store::{Filed, Piece, Reporting},
    table::Anew,
    views::{ReportView, SubjectName, SubjectView, words},
};
use utoipa::ToSchema;

use crate::{App, named::Target};

const ROUTE: &str = "POST /v1/reports";

/// A new report.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewReport {
    /// What is reported.
    #[schema(required, nullable = false)]
    subject: Option<SubjectName>,
    /// Why.
    #[schema(required, nullable = false, value_type = words::ReportReason)]
    reason: Option<String>,
    /// 1 to 1,000 characters; needed where it is illegal.
    #[schema(min_length = 1, max_length = 1000)]
    detail: Option<String>,
}

/// A report as far as it can be read without the table.
#[derive(Debug)]
pub struct Draft {
    subject: Option<(Named, SubjectView)>,
    reason: Option<ReportReason>,
    detail: Option<String>,
}

impl Wire for NewReport {
    type Parsed = Draft;

    /// Always what is good of it, so that what it names is looked at even where the rest is bad.
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
        let reason = self.reason.ok_or_else(|| "is required".to_owned());
        let reason = reason.and_then(|reason| {
            let unknown = || "is no reason to report something".to_owned();
            ReportReason::named(&reason).ok_or_else(unknown)
        });
        let reason = invalid.check("/reason", reason);
        let detail = match self.detail {
            Some(detail) => invalid.check("/detail", explanation(&detail)),
            None if reason == Some(ReportReason::Illegal) => {
                invalid.add("/detail", "is required: which law is broken?");
                None
            }
            None => None,
        };
        Some(Draft {
            subject: named.zip(view),
            reason,
            detail,
        })
    }
}

/// Reports something to the store's moderators. While it is not decided, reporting it again answers with the first
/// report.
#[utoipa::path(
    post,
    path = "/v1/reports",
    tag = "engagement",
    request_body = NewReport,
    security(("bearer" = [])),
    responses(
        (status = 201, description = "The report.", body = ReportView),
        (status = 404, description = "There is no such thing, or the caller does not see it."))
)]
pub async fn report(
    State(app): State<App>,
    viewer: Viewer,
    body: JsonBody,
) -> Result<Response, Error> {
    let mut invalid = Invalid::default();
    let read = body.parse_noting::<NewReport>(&mut invalid);
    let read = read.and_then(|draft| Ok((draft, body.claim(&viewer, ROUTE)?)));
    let (draft, claim) = match read {
        Ok(read) => read,
        // Who has not joined is told so first.
        Err(error) => return Err(app.store.rules(&viewer.id).await.err().unwrap_or(error)),
    };
    let Some(draft) = draft else {
        app.store.rules(&viewer.id).await?;
        return Err(Error::Invalid(invalid));
    };
    let Some((named, view)) = &draft.subject else {
        app.store.rules(&viewer.id).await?;
        return Err(Error::Invalid(invalid));
    };
    let wanted = Wanted {
        viewer: &viewer,
        named,
        draft: &draft,
        invalid,
        claim: claim.as_ref(),
    };
    let report = Box::pin(app.file(wanted)).await?;
    let path = format!("/v1/reports/{}", report.id);
    created(&app.api_url, &path, ReportView::of(&report, view.clone()))
}

/// What is asked for.
struct Wanted<'a> {
    viewer: &'a Viewer,
    named: &'a Named,
    draft: &'a Draft,
    /// What is wrong with it already.
    invalid: Invalid,
    claim: Option<&'a Claim>,
}

/// What a report stands on, as it was read.
struct Read {
    target: Option<Target>,
    /// What was said of it before.
    case: Option<Case>,
    /// What the reporter said of it.
    mine: Option<Report>,
    record: Record,
    /// What the request's key made.
    made: bool,
}

impl App {
    async fn file(&self, wanted: Wanted<'_>) -> Result<Report, Error> {
        let me = &wanted.viewer.id;
        let (rules, read) = futures::join!(
            self.store.rules(me),
            Box::pin(self.read_for_report(&wanted, false))
        );
        let onlooker = Onlooker::new(me.clone(), rules?);
        let (mut read, mut anew) = (read?, Anew::standing_on("what was reported"));
        loop {
            let round = read.case.as_ref().map_or(0, |case| case.round);
            let again = wanted.invalid.is_empty();
            let undecided = |mine: &mut Report| again && (read.made || mine.round >= round);
            // It may be what hid it.
            if let Some(mine) = read.mine.take_if(undecided) {
                return Ok(mine);
            }
            let target = read.target.take().filter(|found| sees(&onlooker, found));
            let target = target.ok_or(Error::NotFound)?;
            let mut invalid = wanted.invalid.clone();
            if target.author() == me {
                invalid.add("/subject", "is one's own");
            }
            invalid.finish()?;
            let reason = wanted.draft.reason;
            let reason = reason.ok_or_else(|| Error::internal("a report without a reason"))?;
            let now = self.clock.now();
            let report = Report {
                id: ReportId(self.ids.ulid()),
                reporter: me.clone(),
                subject: target.subject(),
                reason,
                detail: wanted.draft.detail.clone(),
                weight: read.record.weight(wanted.viewer.prime(), now),
                round,
                created_at: now,
                outcome: None,
            };
            let filed = self.file_report(&report, &target, read.case.as_ref(), wanted.claim, now);
            if Box::pin(filed).await? == Filed::Done {
                return Ok(report);
            }
            anew.begin().await?;
            read = Box::pin(self.read_for_report(&wanted, true)).await?;
        }
    }

    async fn file_report(
        &self,
        report: &Report,
        target: &Target,
        before: Option<&Case>,
        claim: Option<&Claim>,
        now: Timestamp,
    ) -> Result<Filed, Error> {
        let new = || Case::new(report.subject.clone(), target.author().clone(), now);
        let mut after = before.cloned().unwrap_or_else(new).reported(report);
        let why = Moderation::by_reports(now);
        let hidden = match target {
            Target::Piece(piece) if after.is_to_hide(piece.edited_at(), self.hide_weight) => {
                after = after.hidden(HiddenBy::Reports, now);
                Some((piece, &why))
            }
            Target::Piece(_) | Target::Person(_) => None,
        };
        let quota = Quota {
            user: report.reporter.clone(),
            kind: "reports",
            limit: self.reports_an_hour,
        };
        let reporting = Reporting {
            report,
            before,
            after: &after,
            hidden,
            claim,
            quota: &quota,
        };
        self.store.report(reporting, now).await
    }

    /// What a report stands on: one round, for a person two; as of every write acknowledged before where it is to be
    /// exact, since something was not as it was read.
    async fn read_for_report(&self, wanted: &Wanted<'_>, exact: bool) -> Result<Read, Error> {
        let me = &wanted.viewer.id;
        let made = async {
            match wanted.claim {
                Some(claim) => self.store.made_before(claim, self.clock.now()).await,
                None => Ok(None),
            }
        };
        let around = async |subject: &Subject| {
            let case = async {
                match exact {
                    true => self.store.case_now(subject).await,
                    false => self.store.case(subject).await,
                }
            };
            futures::try_join!(case, self.store.report_on(subject, me, exact))
        };
        let known = match wanted.named {
            Named::Post(post) => Some(Subject::Post(*post)),
            Named::Comment(comment) => Some(Subject::Comment(*comment)),
            Named::Handle(_) | Named::Nothing => None,
        };
        let found = async {
            let target = self.target(wanted.named);
            if let Some(subject) = &known {
                return futures::try_join!(target, around(subject));
            }
            let target = target.await?;
            let around = match &target {
                Some(target) => around(&target.subject()).await?,
                None => (None, None),
            };
            Ok((target, around))
        };
        let ((target, (case, mine)), record, made) =
            futures::try_join!(found, self.store.record(me), made)?;
        Ok(Read {
            target,
            case,
            mine,
            record,
            made: made.is_some(),
        })
    }
}

/// Whether somebody sees what they report: a person, whoever blocks whom; what is published and not hidden.
fn sees(onlooker: &Onlooker, target: &Target) -> bool {
    match target {
        Target::Person(_) => true,
        Target::Piece(Piece::Post(post)) => {
            let opened = onlooker.opens(Clone::clone(post));
            opened.is_some_and(|post| post.status == PostStatus::Published)
        }
        Target::Piece(Piece::Comment(remark)) => {
            let post = remark.post.clone().and_then(|post| onlooker.opens(post));
            let published = post.is_some_and(|post| post.status == PostStatus::Published);
            published && onlooker.hears(remark.comment.clone()).is_some()
        }
    }
}
