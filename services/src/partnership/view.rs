//! What the pages of partners show.

use super::life::next_step;
use super::{PartnershipRow, VisiblePartnership, partnership_rows};
use crate::database::statement;
use crate::{Ctx, Error};
use domain::member::MemberStatus;
use domain::partnership::{
    AgreedTerms, PartnerHeaderView, PartnerListView, PartnerOverviewView, PartnerView, PartnershipState,
};
use domain::policy::{PartnershipAct, Side};
use domain::{AppError, PartnershipId};
use futures::future::try_join;
use sea_orm::FromQueryResult;
use uuid::Uuid;

/// Partnerships on one page.
const PER_PAGE: usize = 50;

impl Ctx {
    /// The own workspace ID, and the partnerships that exist for this member: those that are not over first, then by age,
    /// the newest first.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn partnerships(&self, after: Option<&str>) -> Result<PartnerListView, Error> {
        let (public_id, mut rows) = try_join(self.public_id(), self.visible_partnerships(after)).await?;
        let more = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let next = rows.last().filter(|_| more).map(|row| format!("{}~{}", over(row.state), row.id));
        let now = self.now();
        let partners = rows.into_iter().map(|row| {
            let row = PartnershipRow { state: row.state_at(now), ..row };
            let own = if row.host_workspace_id == self.workspace() { Side::Host } else { Side::Guest };
            PartnerView {
                partnership: row.id,
                name: name_for(&row, own),
                side: other(own),
                state: row.state,
                next_step: next_step(&row, own),
            }
        });
        Ok(PartnerListView { public_id, form: self.proposal_form(), partners: partners.collect(), next })
    }

    async fn public_id(&self) -> Result<String, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            public_id: String,
        }
        let sql = "SELECT public_id FROM workspace WHERE id = $1";
        let row = Row::find_by_statement(statement(self.reader(), sql, [self.workspace().into()]));
        Ok(row.one(self.reader()).await?.ok_or(AppError::NotFound)?.public_id)
    }

    async fn visible_partnerships(&self, after: Option<&str>) -> Result<Vec<PartnershipRow>, Error> {
        let (rank, id) = after.and_then(read_cursor).unwrap_or((-1, PartnershipId(Uuid::max())));
        // As `PartnershipStanding::sees`.
        let sql = format!(
            r"SELECT * FROM ({ROWS}
                WHERE p.host_workspace_id = $1 AND ($2 OR p.owner_member_id = $3)
                UNION ALL {ROWS}
                WHERE p.guest_workspace_id = $1 AND $2 AND p.sent_at IS NOT NULL AND $3 = $3) p
              WHERE {OVER} > $4 OR ({OVER} = $4 AND p.id < $5)
              ORDER BY {OVER}, p.id DESC
              LIMIT {limit}",
            ROWS = partnership_rows(),
            limit = PER_PAGE + 1
        );
        let values =
            [self.workspace().into(), self.role().administers().into(), self.member().into(), rank.into(), id.into()];
        let reader = self.reader();
        Ok(PartnershipRow::find_by_statement(statement(reader, &sql, values)).all(reader).await?)
    }
}

/// SQL: whether the partnership `p` is marked as over, as a number.
const OVER: &str = "CASE WHEN p.state IN ('proposed', 'awaiting_guest', 'active', 'suspended') THEN 0 ELSE 1 END";

fn over(state: PartnershipState) -> i32 {
    i32::from(state.is_final())
}

fn read_cursor(cursor: &str) -> Option<(i32, PartnershipId)> {
    let (rank, id) = cursor.split_once('~')?;
    Some((rank.parse().ok()?, id.parse().ok()?))
}

fn other(side: Side) -> Side {
    match side {
        Side::Host => Side::Guest,
        Side::Guest => Side::Host,
    }
}

/// What a member of this side calls the other company.
fn name_for(row: &PartnershipRow, own: Side) -> String {
    match own {
        Side::Host => row.guest_as_host_sees(),
        Side::Guest => row.host_name.clone(),
    }
}

impl VisiblePartnership {
    /// The top of each tab.
    pub fn header(&self) -> PartnerHeaderView {
        let row = self.row();
        PartnerHeaderView {
            partnership: row.id,
            name: self.partner(),
            side: other(self.side()),
            state: row.state,
            in_force: row.state.is_in_force(),
        }
    }

    /// The partner, who has to act next, and what the reader can do.
    pub fn overview(&self) -> PartnerOverviewView {
        let row = self.row();
        let host = self.side() == Side::Host;
        let open = !row.state.is_final() && !row.state.is_in_force();
        let accepted = row.accepted_at.is_some();
        let public_id = match (host, accepted) {
            (false, _) => Some(row.host_public_id.clone()),
            (true, true) => row.guest_workspace_public_id.clone(),
            (true, false) => row.guest_public_id.clone(),
        };
        PartnerOverviewView {
            header: self.header(),
            public_id,
            contact: row.contact_email.clone(),
            owner: row.owner_name.clone(),
            owner_is_active: row.owner_status == MemberStatus::Active,
            reason: Some(row.reason.clone()).filter(|reason| host && !reason.is_empty()),
            proposed_at: row.created_at,
            lapses_at: row.lapses_at.filter(|_| open),
            agreed: row.accepted_at.map(|at| AgreedTerms {
                by: row.accepted_by_name.clone(),
                at,
                version: row.terms_version,
            }),
            ends_at: row.ends_at.filter(|_| row.state.is_in_force()),
            ended_at: row.ended_at,
            next_step: self.next_step(),
            next_reminder: self.next_reminder(self.ctx().now()),
            asks_reason: self.ctx().proposal_form().asks_reason,
            acts: PartnershipAct::ALL.iter().copied().filter(|act| self.may(*act).is_ok()).collect(),
        }
    }
}
