//! Accounts are imported from a file: looked at as often as one likes, and all at once when it is confirmed.
//!
//! The file is kept nowhere between the two: such files often have passwords in them.

mod sheet;

pub use sheet::Sheet;

use super::entry::{new_account, owner_grant};
use super::{GRANT_COUNTS, GRANT_JOINS, search_text};
use crate::activity::Details;
use crate::credential::{self, Sealer};
use crate::database::statement;
use crate::entity::{access_grant, account};
use crate::{Ctx, Error};
use domain::account::{AccountForm, ImportColumns, ImportPreview, Imported, ReadyLine, WrongLine};
use domain::activity::EventKind;
use domain::credential::NewSecrets;
use domain::{AccountId, AppError, IdempotencyKey, Problem};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, SqlErr};
use std::collections::HashMap;
use uuid::Uuid;

/// Rows in one statement: SQLite takes 32,766 values.
const ROWS_AT_ONCE: usize = 1_000;

impl Ctx {
    /// What a file would become, with these columns. Nothing is imported. No line is looked at before the column with the
    /// labels is known.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn import_preview(&self, sheet: &Sheet, columns: &ImportColumns) -> Result<ImportPreview, Error> {
        let there = self.labels_there(self.reader()).await?;
        Ok(sheet.preview(columns, there))
    }

    /// Imports every account of a file that can be. Who imports them becomes their Owner. The same form sent again, known by
    /// its key, imports nothing.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `file`, when there is nothing to import, and on `label`, when no column has the labels.
    pub async fn import_accounts(
        &self,
        key: IdempotencyKey,
        sheet: &Sheet,
        columns: &ImportColumns,
    ) -> Result<Imported, Error> {
        columns.check()?;
        let change = self.services.change().await?;
        let ctx = self.inside(&change).await?;
        if imported_before(change.transaction(), &ctx, key).await? {
            return Err(AppError::invalid("form", IMPORTED_BEFORE).into());
        }
        let there = ctx.labels_there(change.transaction()).await?;
        let ImportPreview { ready, wrong, doubles, .. } = sheet.preview(columns, there);
        if ready.is_empty() {
            return Err(Problem::new("file", "There is no account in the file that can be imported.").into());
        }
        let now = change.now();
        let mut key = Some(key);
        let (mut accounts, mut grants) = (Vec::new(), Vec::new());
        let mut sealer = Sealer::begin(&change, Some(ctx.member()));
        for line in &ready {
            // The first carries the key.
            let id = AccountId(Uuid::now_v7());
            accounts.push(new_account(id, &ctx, key.take(), &line.account, now));
            grants.push(owner_grant(id, ctx.member(), now));
            sealer.seal(&change, ctx.workspace(), id, &line.account.note, &line.secrets).await?;
        }
        for rows in accounts.chunks(ROWS_AT_ONCE) {
            let inserted =
                account::Entity::insert_many(rows.to_vec()).exec_without_returning(change.transaction()).await;
            inserted.map_err(|error| match error.sql_err() {
                // The same form, at the same moment.
                Some(SqlErr::UniqueConstraintViolation(_)) => AppError::invalid("form", IMPORTED_BEFORE).into(),
                _ => Error::from(error),
            })?;
        }
        for rows in grants.chunks(ROWS_AT_ONCE) {
            access_grant::Entity::insert_many(rows.to_vec()).exec_without_returning(change.transaction()).await?;
        }
        sealer.write(&change).await?;
        let count = u32::try_from(ready.len()).unwrap_or(u32::MAX);
        let mut event = ctx.event(EventKind::AccountsImported);
        event.actor = Some(ctx.member());
        event.details = Details { count: Some(count), ..ctx.details() };
        change.commit(vec![event]).await?;
        let mut left_out = wrong;
        left_out.extend(doubles.into_iter().filter(|_| !columns.doubles));
        left_out.sort_by_key(|line| line.line);
        Ok(Imported { count, left_out })
    }

    /// The accounts of the own workspace that this member knows of, by label, app and username.
    async fn labels_there(&self, connection: &impl ConnectionTrait) -> Result<Vec<String>, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            search_text: String,
        }
        let sql = format!(
            r"SELECT a.search_text FROM account a
              WHERE a.workspace_id = $2 AND a.deleted_at IS NULL AND ($4 OR EXISTS (
                  SELECT 1 FROM access_grant g {GRANT_JOINS}
                  WHERE g.account_id = a.id AND g.member_id = $3 AND {GRANT_COUNTS}))"
        );
        let values =
            [self.now().into(), self.workspace().into(), self.member().into(), self.role().administers().into()];
        let rows = Row::find_by_statement(statement(connection, &sql, values)).all(connection).await?;
        Ok(rows.into_iter().map(|row| row.search_text).collect())
    }
}

/// Told when a form is sent twice.
const IMPORTED_BEFORE: &str =
    "These accounts were imported already: they are under All accounts. Choose the file once more to import it again.";

async fn imported_before(connection: &impl ConnectionTrait, ctx: &Ctx, key: IdempotencyKey) -> Result<bool, Error> {
    let before = account::Entity::find()
        .filter(account::COLUMN.added_by.eq(ctx.member()))
        .filter(account::COLUMN.form_key.eq(key))
        .one(connection)
        .await?;
    Ok(before.is_some())
}

/// Where the same account is already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Where {
    Here,
    OnLine(u64),
}

impl Sheet {
    /// What the lines would become with these columns. Every line is ready, wrong or a double, as soon as the column with
    /// the labels is known. The accounts that are `there` already are named as a search looks for them.
    pub fn preview(&self, columns: &ImportColumns, there: impl IntoIterator<Item = String>) -> ImportPreview {
        let mut there: HashMap<String, Where> = there.into_iter().map(|account| (account, Where::Here)).collect();
        let names = self.lines.first().map_or(&[][..], |line| &line.cells);
        let width = self.lines.iter().map(|line| line.cells.len()).max().unwrap_or_default();
        let mut preview = ImportPreview {
            columns: (0..width).map(|place| column_name(names, place, columns.headings)).collect(),
            chosen: columns.clone(),
            ..ImportPreview::default()
        };
        if columns.check().is_err() {
            return preview;
        }
        for line in self.lines.iter().skip(usize::from(columns.headings)) {
            let typed = columns.account(&line.cells);
            let number = line.number;
            let mut problems = Vec::new();
            if columns.headings && line.cells.len() > names.len() {
                problems.push(format!(
                    "This line has {} cells, and the first line {}: put quotes around a cell that has a separator in it.",
                    line.cells.len(),
                    names.len()
                ));
            }
            let checked = typed
                .check()
                .map(AccountForm::with_known_address)
                .map_err(|wrong| problems.extend(wrong.into_iter().map(|problem| problem.text)));
            let secrets = credential::checked(&columns.secrets(&line.cells))
                .map_err(|wrong| problems.extend(wrong.into_iter().map(|problem| problem.text)));
            let (account, secrets): (AccountForm, NewSecrets) = match (checked, secrets) {
                (Ok(account), Ok(secrets)) if problems.is_empty() => (account, secrets),
                _ => {
                    preview.wrong.push(WrongLine { line: number, label: shown(&typed.label), problems });
                    continue;
                }
            };
            let same = search_text(&account.label, &account.app, &account.username);
            let before = there.get(&same).copied();
            if let Some(before) = before {
                let problem = match before {
                    Where::Here => "You have an account with this label, app and username already.".to_owned(),
                    Where::OnLine(line) => format!("The same label, app and username stand on line {line}."),
                };
                preview.doubles.push(WrongLine { line: number, label: account.label.clone(), problems: vec![problem] });
            }
            there.entry(same).or_insert(Where::OnLine(number));
            if before.is_none() || columns.doubles {
                preview.ready.push(ReadyLine { line: number, account, secrets });
            }
        }
        preview
    }
}

/// A label that may be anything, cut to what a table shows.
fn shown(label: &str) -> String {
    domain::text::one_line(label).chars().take(domain::text::LONGEST_NAME).collect()
}

fn column_name(names: &[String], place: usize, headings: bool) -> String {
    let cell = names.get(place).map(|name| shown(name)).filter(|name| !name.is_empty());
    match cell {
        Some(name) if headings => name,
        Some(example) => format!("Column {}: {example}", place + 1),
        None => format!("Column {}", place + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked_at(text: &str) -> ImportPreview {
        let sheet = Sheet::read(text).unwrap();
        let columns = ImportColumns::guess(&sheet.lines[0].cells);
        sheet.preview(&columns, [])
    }

    #[test]
    fn each_line_is_ready_wrong_or_a_double() {
        let looked_at = looked_at(
            "Label,App,Login URL,Username,Note\n\
             Our shop,Shopify,,ann,\n\
             ,Shopify,,ben,\n\
             our SHOP,shopify,https://other.example,ANN,\n\
             Bad link,Shopify,javascript:alert(1),ann,\n\
             Too long,Shopify,,ann,,,seven\n",
        );
        assert_eq!(looked_at.columns, ["Label", "App", "Login URL", "Username", "Note", "Column 6", "Column 7"]);
        let lines = |lines: &[WrongLine]| lines.iter().map(|line| line.line).collect::<Vec<_>>();
        assert_eq!(looked_at.ready.iter().map(|line| line.line).collect::<Vec<_>>(), [2]);
        assert_eq!(lines(&looked_at.wrong), [3, 5, 6]);
        assert_eq!(lines(&looked_at.doubles), [4]);
        assert_eq!(looked_at.wrong[0].problems, ["Enter a label."]);
        assert_eq!(looked_at.doubles[0].problems, ["The same label, app and username stand on line 2."]);
    }

    #[test]
    fn doubles_are_ready_when_they_are_wanted() {
        let sheet = Sheet::read("Label,App\nA,B\nA,B\n").unwrap();
        let columns = ImportColumns { doubles: true, ..ImportColumns::guess(&sheet.lines[0].cells) };
        let looked_at = sheet.preview(&columns, []);
        assert_eq!((looked_at.ready.len(), looked_at.doubles.len()), (2, 1));
    }
}
