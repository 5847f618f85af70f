//! What waits for a member, over all accounts where they decide.

use crate::access_grant::{LINE_WAITS, PENDING_COLUMNS, PENDING_JOINS, PendingRow};
use crate::database::statement;
use crate::{Ctx, Error};
use domain::access_request::{
    AcceptWith, AskedAccount, DecidedSelection, Decision, LineToDecideView, MOST_SELECTED, ToDecideView,
};
use domain::{AccountId, AppError, Moment, Problem, RequestLineId, text};
use sea_orm::{FromQueryResult, Value};
use std::collections::HashMap;

/// Lines on one page: as many as can be selected at once.
const PER_PAGE: usize = MOST_SELECTED;

/// SQL: the ids of the lines that wait on accounts where a member decides: of those they own, and for Admins of those of
/// their workspace that have no active owner. The arguments say in SQL who that is, and what time it is.
///
/// Driven by what the member owns, and by what waits in the workspace: neither reads other workspaces' lines.
pub(crate) fn waiting_for(member: &str, workspace: &str, administers: &str, now: &str) -> String {
    format!(
        r"SELECT wl.id FROM access_grant og CROSS JOIN request_line wl
          WHERE og.member_id = {member} AND og.role = 'owner' AND og.state = 'active'
            AND (og.ends_at IS NULL OR og.ends_at > {now})
            AND wl.account_id = og.account_id AND wl.state = 'pending'
          UNION
          SELECT wl.id FROM request_line wl
          WHERE {administers} AND wl.host_workspace_id = {workspace} AND wl.state = 'pending' AND NOT EXISTS (
            SELECT 1 FROM access_grant xg JOIN member xm ON xm.id = xg.member_id
            WHERE xg.account_id = wl.account_id AND xg.role = 'owner' AND xg.state = 'active'
              AND (xg.ends_at IS NULL OR xg.ends_at > {now}) AND xm.status = 'active')"
    )
}

#[derive(Debug, FromQueryResult)]
struct Row {
    #[sea_orm(nested)]
    pending: PendingRow,
    account_id: AccountId,
    label: String,
    app: String,
    host: String,
}

/// What whoever decides several requests at once tries, in words: the same here, where each refusal is noted, and where the
/// answer is, so that the last of them is not told twice.
pub const DECIDING: &str = "decide requests";

impl Ctx {
    /// A page of what waits for this member's decision, oldest first. One's own requests are others' to decide.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn requests_to_decide(&self, after: Option<&str>) -> Result<ToDecideView, Error> {
        let mut values: Vec<Value> = vec![
            self.now().into(),
            self.member().into(),
            self.workspace().into(),
            self.role().administers().into(),
            self.user().into(),
        ];
        let mut beyond = "";
        if let Some((asked_at, line)) = after.and_then(read_cursor::<RequestLineId>) {
            values.extend([asked_at.into(), line.into()]);
            beyond = "AND (l.created_at, l.id) > ($6, $7)";
        }
        let sql = format!(
            r#"SELECT {PENDING_COLUMNS}, l.account_id, a.label, a.app, h.name AS host
               FROM ({WAITING}) mine
               JOIN request_line l ON l.id = mine.id
               {PENDING_JOINS}
               JOIN account a ON a.id = l.account_id AND a.deleted_at IS NULL
               JOIN workspace h ON h.id = a.workspace_id
               WHERE {LINE_WAITS} AND rm.user_id <> $5 {beyond}
               ORDER BY l.created_at, l.id
               LIMIT {limit}"#,
            WAITING = waiting_for("$2", "$3", "$4", "$1"),
            limit = PER_PAGE + 1
        );
        let reader = self.reader();
        let mut rows = Row::find_by_statement(statement(reader, &sql, values)).all(reader).await?;
        let more = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let next = rows.last().filter(|_| more).map(|row| cursor(row.pending.created_at, row.pending.line));
        let lines = rows
            .into_iter()
            .map(|Row { pending, account_id, label, app, host }| LineToDecideView {
                account: AskedAccount { account: account_id, label, app, workspace: host },
                pending: pending.view(true, self.user(), self.now()),
            })
            .collect();
        Ok(ToDecideView { lines, next })
    }

    /// Says yes or no to several lines, each for itself: what stands against one holds up no other. The note goes to
    /// whoever asked for one of those that are declined.
    ///
    /// # Errors
    ///
    /// What stood against them when none was decided; [`AppError::Invalid`] when none was selected, more than
    /// [`MOST_SELECTED`], or the note cannot be used.
    pub async fn decide_selected(
        &self,
        lines: &[RequestLineId],
        decision: Decision,
        note: &str,
    ) -> Result<DecidedSelection, Error> {
        let note = text::prose("note", "note", note)?;
        let mut selected: Vec<RequestLineId> = Vec::new();
        for line in lines {
            if !selected.contains(line) {
                selected.push(*line);
            }
        }
        if selected.is_empty() {
            return Err(Problem::new("lines", "Select at least one request.").into());
        }
        if selected.len() > MOST_SELECTED {
            let most = format!("Select at most {MOST_SELECTED} requests at a time.");
            return Err(Problem::new("lines", most).into());
        }
        let known = self.lines_named(&selected).await?;
        let mut decided = DecidedSelection::default();
        let mut errors: Vec<AppError> = Vec::new();
        for line in selected {
            // What is not theirs to decide is not told by name.
            let mut named = None;
            let outcome = async {
                let Named { account_id, label, name, .. } = known.get(&line).ok_or(AppError::NotFound)?;
                let decider = self.account(*account_id).await?.decider()?;
                named = Some(format!("{name} on {label}"));
                match decision {
                    Decision::Accept => decider.accept(line, AcceptWith::default()).await,
                    Decision::Decline => decider.decline(line, &note).await,
                }
            };
            match outcome.await {
                Ok(outcome) => decided.done.push(outcome.message()),
                Err(error) => {
                    let error = error.for_people()?;
                    if let AppError::Denied { denial } = error {
                        // Each is an attempt of its own, whatever becomes of the others.
                        self.refused(denial, DECIDING);
                    }
                    let told = named.map_or_else(|| error.to_string(), |named| format!("{named}: {error}"));
                    decided.failed.push(told);
                    errors.push(error);
                }
            }
        }
        match errors.first() {
            Some(first) if decided.done.is_empty() => {
                if errors.iter().all(|error| error == first) {
                    return Err(first.clone().into());
                }
                let problems: Vec<Problem> =
                    decided.failed.into_iter().map(|told| Problem::new("form", told)).collect();
                Err(problems.into())
            }
            _ => Ok(decided),
        }
    }

    /// Accounts and people of these lines, as far as there are such lines.
    async fn lines_named(&self, lines: &[RequestLineId]) -> Result<HashMap<RequestLineId, Named>, Error> {
        let places: Vec<String> = (1..=lines.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            r#"SELECT l.id, l.account_id, a.label, u.name
               FROM request_line l
               JOIN account a ON a.id = l.account_id
               JOIN member m ON m.id = l.member_id
               JOIN "user" u ON u.id = m.user_id
               WHERE l.id IN ({})"#,
            places.join(", ")
        );
        let values = lines.iter().map(|line| Value::from(*line));
        let rows = Named::find_by_statement(statement(self.reader(), &sql, values)).all(self.reader()).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

#[derive(Debug, FromQueryResult)]
struct Named {
    id: RequestLineId,
    account_id: AccountId,
    label: String,
    name: String,
}

/// Where a page that begins after this line starts.
pub(super) fn cursor<Id: std::fmt::Display>(at: Moment, id: Id) -> String {
    format!("{}~{id}", at.timestamp_micros())
}

pub(super) fn read_cursor<Id: std::str::FromStr>(cursor: &str) -> Option<(Moment, Id)> {
    use chrono::Datelike;
    let (micros, id) = cursor.split_once('~')?;
    let at = Moment::from_timestamp_micros(micros.parse().ok()?)?;
    // PostgreSQL knows fewer years.
    (0..=9999).contains(&at.year()).then_some((at, id.parse().ok()?))
}
