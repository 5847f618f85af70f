//! A company that is here already answers a proposal that came to one of its people as a link to found a workspace.
//!
//! Invariant: the host learns nothing of it before the guest has answered, as with a workspace ID that it typed.

use super::founding::{GONE, taken_up_by};
use crate::activity::{Details, Event, Tell};
use crate::database::statement;
use crate::entity::partnership;
use crate::{Error, Oneself, Services, link, member as members, partnership as partnerships};
use domain::activity::EventKind;
use domain::invitation::TakenUpBy;
use domain::link::LinkPurpose;
use domain::workspace::{AnsweredAs, AnsweringWorkspace};
use domain::{AppError, MemberId, PartnershipId, UserId, WorkspaceId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, SqlErr};

/// A workspace that a user looks after.
#[derive(Debug, FromQueryResult)]
struct Administered {
    member: MemberId,
    workspace: WorkspaceId,
    name: String,
}

impl Oneself {
    /// Puts a proposal that came as a link before a workspace that the user looks after as this member, and goes on there.
    /// The link is used up.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for a membership of somebody else, or one that does not administer; [`AppError::Invalid`] on
    /// `form` when the link does not work, is for somebody else, or the workspace has a partnership with the host already.
    pub async fn answer_as(&self, token: &str, member: MemberId) -> Result<AnsweredAs, Error> {
        let refused = |text: &str| Error::from(AppError::invalid("form", text));
        let (mut change, _) = self.change().await?;
        let link = link::find(change.transaction(), LinkPurpose::FoundWorkspace, token, change.now()).await?;
        let Some((link, proposal)) = link.and_then(|link| Some((link.clone(), link.partnership_id?))) else {
            return Err(refused(GONE));
        };
        if taken_up_by(change.transaction(), &link.email, Some(self)).await? != TakenUpBy::SignedIn {
            return Err(refused(&format!("This link is for {}. Sign in with that address first.", link.email)));
        }
        partnerships::lock(&change, proposal).await?;
        members::lock(&change, &[member]).await?;
        change.take_time();
        let Some(host) = self.services().waiting_host(change.transaction(), proposal).await? else {
            return Err(refused(GONE));
        };
        let here = administered(change.transaction(), self.user(), proposal).await?;
        let here = here.into_iter().find(|here| here.member == member).ok_or(AppError::NotFound)?;
        if !link::use_up(&change, &link).await? {
            return Err(refused(GONE));
        }
        partnership::Entity::update_many()
            .col_expr(partnership::Column::GuestWorkspaceId, Expr::value(here.workspace))
            .filter(partnership::COLUMN.id.eq(proposal))
            .exec(change.transaction())
            .await
            .map_err(|error| match error.sql_err() {
                Some(SqlErr::UniqueConstraintViolation(_)) => refused(&format!(
                    "{} has a partnership with {host} already, or is asked for one. Find it under Partners.",
                    here.name
                )),
                _ => error.into(),
            })?;
        // The host's workspace is not in it: it is for the guest alone.
        let event = Event {
            actor: Some(member),
            partnership: Some(proposal),
            tell: Some(vec![Tell::Admins(here.workspace)]),
            details: Details {
                actor: self.frame().name,
                company: here.name.clone(),
                partner: host.clone(),
                ..Details::default()
            },
            ..Event::new(EventKind::PartnershipReceived, here.workspace)
        };
        self.go_on_as(&change, member).await?;
        change.commit(vec![event]).await?;
        Ok(AnsweredAs { workspace: here.name, host, partnership: proposal })
    }
}

impl Services {
    /// The workspaces that somebody who has opened a link could answer the proposal for.
    pub(super) async fn answering_workspaces(
        &self,
        connection: &impl ConnectionTrait,
        user: UserId,
        proposal: PartnershipId,
    ) -> Result<Vec<AnsweringWorkspace>, Error> {
        let found = administered(connection, user, proposal).await?;
        Ok(found.into_iter().map(|found| AnsweringWorkspace { member: found.member, name: found.name }).collect())
    }
}

/// Workspaces that a user looks after; not the one that proposes.
async fn administered(
    connection: &impl ConnectionTrait,
    user: UserId,
    proposal: PartnershipId,
) -> Result<Vec<Administered>, Error> {
    let sql = "SELECT m.id AS member, w.id AS workspace, w.name
               FROM member m JOIN workspace w ON w.id = m.workspace_id
               WHERE m.user_id = $1 AND m.status = 'active' AND m.role <> 'user'
                 AND w.id <> (SELECT host_workspace_id FROM partnership WHERE id = $2)
               ORDER BY w.name, w.id";
    let question = statement(connection, sql, [user.into(), proposal.into()]);
    Ok(Administered::find_by_statement(question).all(connection).await?)
}
