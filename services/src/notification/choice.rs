//! Which mails a member gets, and how.

use crate::context::Change;
use crate::database::statement;
use crate::entity::{mail_choice, mail_digest};
use crate::{Ctx, Error};
use domain::activity::EventKind;
use domain::notification::{MailChoicesView, MailDelivery, MailTopic};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

impl Ctx {
    /// What the member has chosen; at first everything comes at once.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn mail_choices(&self) -> Result<MailChoicesView, Error> {
        let chosen = mail_choice::Entity::find()
            .filter(mail_choice::COLUMN.member_id.eq(self.member()))
            .all(self.reader())
            .await?;
        let delivery = |topic: &MailTopic| {
            let chosen = chosen.iter().find(|choice| choice.topic == topic.word());
            (*topic, chosen.map_or(MailDelivery::AtOnce, |choice| choice.delivery))
        };
        Ok(MailChoicesView { email: self.frame().email, choices: MailTopic::ALL.iter().map(delivery).collect() })
    }

    /// The member chooses. What waits for the daily mail comes with it once more, unless its topic is not wanted at all.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn choose_mails(&self, choices: &[(MailTopic, MailDelivery)]) -> Result<(), Error> {
        if choices.is_empty() {
            return Ok(());
        }
        let change = self.services.change().await?;
        let ctx = self.inside(&change).await?;
        let rows = choices.iter().map(|(topic, delivery)| mail_choice::ActiveModel {
            member_id: Set(ctx.member()),
            topic: Set(topic.word().to_owned()),
            delivery: Set(*delivery),
        });
        let again = [mail_choice::Column::MemberId, mail_choice::Column::Topic];
        mail_choice::Entity::insert_many(rows)
            .on_conflict(OnConflict::columns(again).update_column(mail_choice::Column::Delivery).to_owned())
            .exec_without_returning(change.transaction())
            .await?;
        if choices.iter().any(|(_, delivery)| *delivery == MailDelivery::Daily) {
            // The first daily mail comes when its hour comes next.
            let first = mail_digest::ActiveModel { member_id: Set(ctx.member()), last_at: Set(change.now()) };
            mail_digest::Entity::insert(first)
                .on_conflict(OnConflict::column(mail_digest::Column::MemberId).do_nothing().to_owned())
                .exec_without_returning(change.transaction())
                .await?;
        }
        ctx.forget_unwanted(&change, choices).await?;
        change.commit(Vec::new()).await
    }

    /// What is not wanted by mail waits for none.
    async fn forget_unwanted(&self, change: &Change, choices: &[(MailTopic, MailDelivery)]) -> Result<(), Error> {
        let unwanted = |kind: &&EventKind| {
            // Which of its topics an event had for the member is not kept: it goes when neither is wanted.
            [true, false].into_iter().filter_map(|decides| MailTopic::of(**kind, decides)).all(|topic| {
                choices.iter().any(|(chosen, delivery)| *chosen == topic && *delivery == MailDelivery::Never)
            })
        };
        let kinds: Vec<String> = EventKind::ALL
            .iter()
            .filter(|kind| MailTopic::of(**kind, false).is_some())
            .filter(unwanted)
            .map(|kind| format!("'{kind}'"))
            .collect();
        if kinds.is_empty() {
            return Ok(());
        }
        let sql = format!(
            r"UPDATE notification SET in_digest = false
              WHERE member_id = $1 AND in_digest AND event_sequence IN (
                  SELECT e.sequence FROM activity_event e
                  WHERE e.sequence = notification.event_sequence AND e.kind IN ({}))",
            kinds.join(", ")
        );
        let transaction = change.transaction();
        transaction.execute_raw(statement(transaction, &sql, [self.member().into()])).await?;
        Ok(())
    }
}
