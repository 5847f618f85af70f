//! Activity as a file of comma-separated values.

use super::Event;
use super::list::{Question, written};
use crate::account::VisibleAccount;
use crate::{Ctx, Error};
use domain::activity::{ActivityFilter, ActivityRow, EventKind};
use domain::text::harmless_cell;
use futures::{Stream, StreamExt, stream};

/// Events read at a time.
const AT_ONCE: usize = 1_000;

/// The headings of the columns.
const HEADINGS: [&str; 11] = [
    "Time",
    "Event",
    "What happened",
    "Account",
    "App",
    "Member",
    "Company",
    "Address",
    "Location",
    "Operating system",
    "Device",
];

impl Ctx {
    /// What the filter shows, as comma-separated values (RFC 4180), in pieces that are read as they are taken. Cells that a
    /// spreadsheet would take for formulas are made harmless. That it was downloaded is recorded.
    ///
    /// # Errors
    ///
    /// As [`Ctx::activity`].
    pub async fn export_activity(
        &self,
        filter: &ActivityFilter,
    ) -> Result<impl Stream<Item = Result<Vec<u8>, Error>> + Send + 'static + use<>, Error> {
        let question = self.activity_question(&ActivityFilter { after: None, ..filter.clone() }).await?;
        let event =
            Event { actor: Some(self.member()), details: self.details(), ..self.event(EventKind::ActivityExported) };
        self.write_table(question, event).await
    }

    async fn write_table(
        &self,
        question: Question,
        event: Event,
    ) -> Result<impl Stream<Item = Result<Vec<u8>, Error>> + Send + 'static + use<>, Error> {
        let change = self.services.change().await?;
        let ctx = self.inside(&change).await?;
        change.commit(vec![event]).await?;
        let rows = stream::try_unfold(Some((ctx, question)), |next: Option<(Ctx, Question)>| async {
            let Some((ctx, question)) = next else { return Ok::<_, Error>(None) };
            let rows = ctx.activity_rows(&question, AT_ONCE).await?;
            let last = rows.last().filter(|_| rows.len() == AT_ONCE).map(|row| row.sequence);
            let rows = rows.into_iter().map(super::EventRow::view).collect::<Result<Vec<_>, _>>()?;
            let text = lines(rows.iter().map(cells))?;
            Ok(Some((text, last.map(|last| (ctx, question.before(last))))))
        });
        let head = lines(std::iter::once(HEADINGS.map(str::to_owned)))?;
        Ok(stream::iter([Ok(head)]).chain(rows))
    }
}

impl VisibleAccount {
    /// The same of one account, as far as the member sees what happened to it.
    ///
    /// # Errors
    ///
    /// As [`VisibleAccount::activity`].
    pub async fn export_activity(
        &self,
        filter: &ActivityFilter,
    ) -> Result<impl Stream<Item = Result<Vec<u8>, Error>> + Send + 'static + use<>, Error> {
        let question = self.activity_question(&ActivityFilter { after: None, ..filter.clone() }).await?;
        self.ctx().write_table(question, self.event(EventKind::ActivityExported)).await
    }
}

fn lines(rows: impl Iterator<Item = [String; HEADINGS.len()]>) -> Result<Vec<u8>, Error> {
    let mut lines = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        lines.write_record(&row).map_err(std::io::Error::from)?;
    }
    Ok(lines.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

fn cells(row: &ActivityRow) -> [String; HEADINGS.len()] {
    let text = |text: &Option<String>| harmless_cell(text.as_deref().unwrap_or_default());
    [
        written(row.at),
        row.event.clone(),
        harmless_cell(&row.sentence),
        harmless_cell(&row.account),
        harmless_cell(&row.app),
        text(&row.member),
        text(&row.company),
        harmless_cell(&row.address),
        harmless_cell(&row.location),
        harmless_cell(&row.os),
        harmless_cell(&row.device),
    ]
}
