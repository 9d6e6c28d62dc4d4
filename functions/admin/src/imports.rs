//! What became of the store's files, for its admins.

use axum::{Json, extract::State};
use domain::catalogue::report::{BadLine, Report};
use serde::Serialize;
use shared::{
    error::Error,
    http::{Admin, Page, PageQuery, Params, Path},
    views::Time,
};
use utoipa::ToSchema;

use crate::App;

/// A file that was imported.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedFile {
    /// What its report is read by.
    pub id: String,
    /// Its key in the bucket.
    pub feed: String,
    /// When it arrived, which is when its prices count as confirmed.
    pub confirmed_at: Time,
    /// Records, good and bad.
    pub lines: u64,
    /// Good ones; reviews, in a file of reviews.
    pub products: u64,
    /// Bad ones.
    pub bad_lines: u64,
    /// Values that were left out or cut, of lines that are good without them.
    pub warned: u64,
    /// Products that it does not name any more.
    pub retired: u64,
    /// Where it was not believed to be whole, so that nothing was retired, or lines of it could not
    /// be read, which may have named what was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_retired: Option<NotRetiredView>,
}

/// Products that a file lacks, and that stay all the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotRetiredView {
    /// How many.
    pub products: u64,
    /// Why.
    pub reason: String,
}

/// The report on a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportReport {
    /// As in the list.
    #[serde(flatten)]
    pub import: ImportedFile,
    /// What is bad: the first 1,000 fields.
    pub bad: Vec<BadLineView>,
    /// What was left out or cut: the first 1,000 values.
    pub warnings: Vec<BadLineView>,
}

/// A bad field of a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct BadLineView {
    /// From 1.
    pub line: u64,
    /// Empty where the line as a whole is bad.
    pub field: String,
    /// What is wrong.
    pub reason: String,
}

impl From<BadLine> for BadLineView {
    fn from(bad: BadLine) -> Self {
        Self {
            line: bad.line,
            field: bad.field.into_owned(),
            reason: bad.reason,
        }
    }
}

impl From<&Report> for ImportedFile {
    fn from(report: &Report) -> Self {
        Self {
            id: report.id.clone(),
            feed: report.feed.clone(),
            confirmed_at: report.confirmed_at.into(),
            lines: report.tally.lines,
            products: report.tally.products,
            bad_lines: report.tally.bad_lines,
            warned: report.tally.warned,
            retired: report.retired,
            not_retired: report.not_retired.as_ref().map(|not| NotRetiredView {
                products: not.products,
                reason: not.reason.clone(),
            }),
        }
    }
}

/// The store's files of the last quarter, newest first.
#[utoipa::path(
    get,
    path = "/v1/admin/imports",
    tag = "admin",
    params(PageQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of files, newest first.", body = Page<ImportedFile>))
)]
pub async fn list_imports(
    State(app): State<App>,
    _admin: Admin,
    params: Params,
) -> Result<Json<Page<ImportedFile>>, Error> {
    let page = params.page()?;
    let list = app.cursors.list("imports", None);
    let after: Option<String> = list.place(&page)?;
    let (reports, next) = app.store.imports(after, page.limit).await?;
    let items = reports.iter().map(ImportedFile::from).collect();
    list.page(items, |_all_fit| next).map(Json)
}

/// The report on one file.
#[utoipa::path(
    get,
    path = "/v1/admin/imports/{id}",
    tag = "admin",
    params(("id" = String, Path, description = "Which.")),
    security(("bearer" = [])),
    responses((status = 200, description = "The report.", body = ImportReport))
)]
pub async fn read_import(
    State(app): State<App>,
    _admin: Admin,
    Path(id): Path<String>,
) -> Result<Json<ImportReport>, Error> {
    let report = app.store.import(&id).await?.ok_or(Error::NotFound)?;
    let import = ImportedFile::from(&report);
    Ok(Json(ImportReport {
        import,
        bad: report
            .tally
            .bad
            .into_iter()
            .map(BadLineView::from)
            .collect(),
        warnings: report
            .tally
            .warnings
            .into_iter()
            .map(BadLineView::from)
            .collect(),
    }))
}
