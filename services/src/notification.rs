//! Notifications: events told to a member, in the application.

use crate::account::{GRANT_COUNTS, GRANT_JOINS, STRENGTH};
use crate::activity::Details;
use crate::database::statement;
use crate::entity::notification;
use crate::notify::{About, Sees, page_about};
use crate::{Ctx, Error};
use domain::activity::EventKind;
use domain::notification::{NotificationListView, NotificationView};
use domain::{AccountId, AppError, Moment, NotificationId, PartnershipId, RequestLineId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};

/// Notifications on one page.
const PER_PAGE: usize = 50;

mod choice;
mod digest;

impl Ctx {
    /// The member's notifications, newest first.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn notifications(&self, after: Option<&str>) -> Result<NotificationListView, Error> {
        let before = after.and_then(|after| after.parse::<i64>().ok()).unwrap_or(i64::MAX);
        let sql = format!(
            r"SELECT n.id, n.read_at, e.sequence, e.at, e.kind, e.account_id, e.request_line_id, e.partnership_id, e.details,
                     CASE WHEN EXISTS (SELECT 1 FROM account a WHERE a.id = e.account_id AND a.deleted_at IS NOT NULL) THEN 0
                          WHEN $4 AND e.host_workspace_id = $5 THEN 2 ELSE COALESCE((
                         SELECT MAX({STRENGTH}) FROM access_grant g {GRANT_JOINS}
                         WHERE g.account_id = e.account_id AND g.member_id = $2 AND {GRANT_COUNTS}), 0) END AS strength,
                     EXISTS (SELECT 1 FROM partnership p WHERE p.id = e.partnership_id
                             AND (p.owner_member_id = $2 OR ($4 AND (p.host_workspace_id = $5
                                  OR (p.guest_workspace_id = $5 AND p.sent_at IS NOT NULL))))) AS sees_partnership,
                     (SELECT max(event_sequence) FROM notification WHERE member_id = $2) AS newest
              FROM notification n JOIN activity_event e ON e.sequence = n.event_sequence
              WHERE n.member_id = $2 AND n.event_sequence < $3
              ORDER BY n.event_sequence DESC
              LIMIT {limit}",
            limit = PER_PAGE + 1
        );
        let values = [
            self.now().into(),
            self.member().into(),
            before.into(),
            self.who.role.administers().into(),
            self.workspace().into(),
        ];
        let reader = self.reader();
        let mut rows = Row::find_by_statement(statement(reader, &sql, values)).all(reader).await?;
        let more = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let next = rows.last().filter(|_| more).map(|row| row.sequence.to_string());
        let newest = rows.first().map_or(0, |row| row.newest);
        let notifications = rows.into_iter().map(Row::view).collect::<Result<_, _>>()?;
        Ok(NotificationListView { notifications, newest, next })
    }

    /// The member has read this notification. Once more is a success.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] alike for an id that was never given out and for a notification of somebody else.
    pub async fn mark_notification_read(&self, id: NotificationId) -> Result<(), Error> {
        let own = notification::Entity::find_by_id(id)
            .filter(notification::COLUMN.member_id.eq(self.member()))
            .one(self.reader())
            .await?;
        let notification = own.ok_or(AppError::NotFound)?;
        if notification.read_at.is_none() {
            self.mark_read(notification::COLUMN.id.eq(id)).await?;
        }
        Ok(())
    }

    /// The member has read everything up to this event, which is the newest that a page has shown.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn mark_notifications_read(&self, up_to: i64) -> Result<(), Error> {
        self.mark_read(notification::COLUMN.event_sequence.lte(up_to)).await
    }

    async fn mark_read(&self, which: impl sea_orm::sea_query::IntoCondition) -> Result<(), Error> {
        notification::Entity::update_many()
            .col_expr(notification::Column::ReadAt, Expr::value(self.services.now()))
            .filter(notification::COLUMN.member_id.eq(self.member()))
            .filter(which)
            .filter(notification::COLUMN.read_at.is_null())
            .exec(self.services.database().write())
            .await?;
        Ok(())
    }
}

#[derive(Debug, FromQueryResult)]
struct Row {
    id: NotificationId,
    read_at: Option<Moment>,
    sequence: i64,
    at: Moment,
    kind: EventKind,
    account_id: Option<AccountId>,
    request_line_id: Option<RequestLineId>,
    partnership_id: Option<PartnershipId>,
    details: String,
    /// Of the role the member has on the account now, or of one that shows as much.
    strength: i32,
    sees_partnership: bool,
    newest: i64,
}

impl Row {
    fn view(self) -> Result<NotificationView, Error> {
        let details: Details = serde_json::from_str(&self.details)?;
        let about = About { account: self.account_id, line: self.request_line_id, partnership: self.partnership_id };
        Ok(NotificationView {
            id: self.id,
            at: self.at,
            sentence: details.sentence(self.kind),
            link: page_about(self.kind, about, Sees::with_strength(self.strength), self.sees_partnership),
            note: Some(details.note).filter(|note| !note.is_empty()),
            unread: self.read_at.is_none(),
        })
    }
}
