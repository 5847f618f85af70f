//! All members as a file of comma-separated values.

use super::list::Row;
use crate::{Error, WorkspaceAdmin};
use chrono::SecondsFormat;
use domain::activity::EventKind;
use domain::member::MemberFilter;
use domain::text::harmless_cell;
use futures::{Stream, StreamExt, stream};

/// Members read at a time.
const AT_ONCE: usize = 1_000;

/// The headings of the columns.
const HEADINGS: [&str; 7] = ["Name", "Email address", "Role", "Status", "Joined", "Invited until", "Deactivated"];

impl WorkspaceAdmin {
    /// The members that the filter shows, as comma-separated values (RFC 4180), in pieces: there may be a million of them.
    /// Cells that a spreadsheet would take for formulas are made harmless. That it was downloaded is recorded.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn export_members(
        self,
        filter: MemberFilter,
    ) -> Result<impl Stream<Item = Result<Vec<u8>, Error>> + Send + 'static, Error> {
        let (change, admin) = self.change().await?;
        let ctx = admin.ctx();
        let event = crate::activity::Event {
            actor: Some(ctx.member()),
            details: ctx.details(),
            ..ctx.event(EventKind::MembersExported)
        };
        change.commit(vec![event]).await?;
        let begin = (admin, MemberFilter { after: None, ..filter });
        let rows = stream::try_unfold(Some(begin), |next| async {
            let Some((admin, mut filter)) = next else { return Ok::<_, Error>(None) };
            let rows = admin.ctx().member_rows(&filter, AT_ONCE).await?;
            filter.after = rows.last().filter(|_| rows.len() == AT_ONCE).map(Row::cursor);
            let text = written(rows.iter().map(cells))?;
            let next = filter.after.is_some().then_some((admin, filter));
            Ok(Some((text, next)))
        });
        let head = written(std::iter::once(HEADINGS.map(str::to_owned)))?;
        Ok(stream::iter([Ok(head)]).chain(rows))
    }
}

/// Rows as lines of the file.
fn written(rows: impl Iterator<Item = [String; 7]>) -> Result<Vec<u8>, Error> {
    let mut lines = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        lines.write_record(&row).map_err(std::io::Error::from)?;
    }
    Ok(lines.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

fn cells(row: &Row) -> [String; 7] {
    let time =
        |at: Option<domain::Moment>| at.map_or_else(String::new, |at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
    [
        harmless_cell(&row.name),
        harmless_cell(&row.email),
        row.role.label().to_owned(),
        row.status.label().to_owned(),
        time(row.joined_at),
        time(row.invited_until),
        time(row.deactivated_at),
    ]
}
