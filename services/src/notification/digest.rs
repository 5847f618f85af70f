//! The daily mail: everything since the last one that its member wants to read together.
//!
//! Every server may write it: the row of the member's latest daily mail is compared and set, so one of them does. What was
//! told is marked in the same transaction as the mail is written.

use crate::activity::{Details, listed};
use crate::database::statement;
use crate::entity::{mail_digest, notification};
use crate::mail::{self, Letter, Outgoing};
use crate::{Error, Services};
use chrono::{Days, NaiveTime};
use domain::activity::EventKind;
use domain::notification::DIGEST_HOUR;
use domain::text::{one_line, thousands};
use domain::time::{day, day_and_time};
use domain::{MemberId, Moment};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};

/// Daily mails written in one round; the others follow with the next.
const AT_ONCE: u64 = 200;
/// Events that a daily mail tells one by one.
const MOST_TOLD: usize = 100;

#[derive(Debug, FromQueryResult)]
struct Due {
    member_id: MemberId,
    name: String,
    email: String,
    workspace: String,
}

#[derive(Debug, FromQueryResult)]
struct Told {
    sequence: i64,
    kind: EventKind,
    at: Moment,
    details: String,
}

impl Services {
    /// Writes the daily mails whose hour has come. Returns how many were written.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn write_digests(&self) -> Result<usize, Error> {
        let since = latest_hour(self.now());
        let sql = format!(
            r#"SELECT d.member_id, u.name, u.email, w.name AS workspace
               FROM mail_digest d
               JOIN member m ON m.id = d.member_id AND m.status = 'active'
               JOIN "user" u ON u.id = m.user_id
               JOIN workspace w ON w.id = m.workspace_id
               WHERE d.last_at < $1 AND EXISTS (
                   SELECT 1 FROM notification n JOIN activity_event e ON e.sequence = n.event_sequence
                   WHERE n.member_id = d.member_id AND n.in_digest AND e.at < $1)
               ORDER BY d.last_at LIMIT {AT_ONCE}"#
        );
        let due = Due::find_by_statement(statement(self.reader(), &sql, [since.into()])).all(self.reader()).await?;
        let mut written = 0;
        for due in due {
            written += usize::from(self.write_digest(&due, since).await?);
        }
        Ok(written)
    }

    /// Writes one, unless another server was first.
    async fn write_digest(&self, due: &Due, since: Moment) -> Result<bool, Error> {
        let mut change = self.change().await?;
        let transaction = change.transaction();
        let claimed = mail_digest::Entity::update_many()
            .col_expr(mail_digest::Column::LastAt, Expr::value(change.now()))
            .filter(mail_digest::COLUMN.member_id.eq(due.member_id))
            .filter(mail_digest::COLUMN.last_at.lt(since))
            .exec(transaction)
            .await?;
        if claimed.rows_affected == 0 {
            return Ok(false);
        }
        let sql = r"SELECT e.sequence, e.kind, e.at, e.details
                    FROM notification n JOIN activity_event e ON e.sequence = n.event_sequence
                    WHERE n.member_id = $1 AND n.in_digest
                    ORDER BY n.event_sequence";
        let told =
            Told::find_by_statement(statement(transaction, sql, [due.member_id.into()])).all(transaction).await?;
        let Some(last) = told.last() else { return Ok(false) };
        notification::Entity::update_many()
            .col_expr(notification::Column::InDigest, Expr::value(false))
            .filter(notification::COLUMN.member_id.eq(due.member_id))
            .filter(notification::COLUMN.in_digest.eq(true))
            .filter(notification::COLUMN.event_sequence.lte(last.sequence))
            .exec(transaction)
            .await?;
        let mail = self.digest(due, &told, change.now())?;
        change.send(mail);
        change.commit(Vec::new()).await?;
        Ok(true)
    }

    fn digest(&self, due: &Due, told: &[Told], now: Moment) -> Result<Outgoing, Error> {
        let what = match told.len() {
            1 => "1 thing has happened".to_owned(),
            count => format!("{} things have happened", thousands(count)),
        };
        let mut labels = Vec::new();
        let mut facts = Vec::new();
        for Told { kind, at, details, .. } in told {
            let details: Details = serde_json::from_str(details)?;
            let label = if details.label.is_empty() { details.partner.clone() } else { details.label.clone() };
            if !label.is_empty() && !labels.contains(&label) {
                labels.push(label);
            }
            if facts.len() < MOST_TOLD {
                let mut told = details.sentence(*kind);
                if !details.note.is_empty() {
                    told += &format!("\n{}", details.note);
                }
                facts.push((day_and_time(*at), told));
            }
        }
        if told.len() > MOST_TOLD {
            let more = told.len() - MOST_TOLD;
            facts.push(("And".to_owned(), format!("{} more, which stand under Notifications.", thousands(more))));
        }
        let about = if labels.is_empty() { String::new() } else { format!(", about {}", listed(&labels)) };
        let letter = Letter {
            subject: format!("Your day in {}: {}", due.workspace, day(now.date_naive())),
            preheader: format!("{what}{about}."),
            heading: format!("Your day in {}", due.workspace),
            greeting_name: one_line(&due.name),
            paragraphs: vec![format!("{what} since your last daily mail{about}.")],
            facts,
            button: Some(("Open in Latchkey".to_owned(), self.link("/notifications"))),
            footer: "You get this mail once a day because you chose to read these things together. Change that in \
                     Latchkey under Settings, Notifications."
                .to_owned(),
        };
        let (subject, text, html) = mail::render(&letter);
        Ok(Outgoing {
            recipient: Some(due.member_id),
            to_name: one_line(&due.name),
            to_address: due.email.clone(),
            subject,
            text,
            html,
            confidential: false,
        })
    }
}

/// The latest moment at which daily mails were due.
fn latest_hour(now: Moment) -> Moment {
    let hour = NaiveTime::from_hms_opt(DIGEST_HOUR, 0, 0).unwrap_or(NaiveTime::MIN);
    let today = now.date_naive().and_time(hour).and_utc();
    if today <= now { today } else { today.checked_sub_days(Days::new(1)).unwrap_or(today) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn daily_mails_are_due_at_their_hour() {
        let at = |text: &str| text.parse::<Moment>().unwrap();
        assert_eq!(latest_hour(at("2026-03-02T06:00:00Z")), at("2026-03-02T06:00:00Z"));
        assert_eq!(latest_hour(at("2026-03-02T05:59:59Z")), at("2026-03-01T06:00:00Z"));
        assert_eq!(latest_hour(at("2026-03-02T23:00:00Z")), at("2026-03-02T06:00:00Z"));
    }
}
