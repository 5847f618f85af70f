//! What a host allows a guest to ask for.

use super::{VisiblePartnership, WithAccounts};
use crate::Error;
use crate::activity::Tell;
use crate::entity::partnership::Column;
use domain::activity::EventKind;
use domain::partnership::{PartnerPolicyView, PolicyForm};
use domain::policy::PartnershipAct;
use sea_orm::sea_query::Expr;

impl VisiblePartnership {
    /// The policy, for both sides.
    pub fn policy(&self) -> PartnerPolicyView {
        PartnerPolicyView {
            header: self.header(),
            policy: self.row().policy.policy(),
            can_change: self.may(PartnershipAct::SetPolicy).is_ok(),
        }
    }

    /// The host changes the policy. It binds requests from now on, and what is accepted from now on. Returns what to tell
    /// the reader.
    ///
    /// # Errors
    ///
    /// As [`VisiblePartnership::may`], and [`domain::AppError::Invalid`] with every problem of the form.
    pub async fn set_policy(&self, form: &PolicyForm) -> Result<String, Error> {
        let (change, this) = self.change(WithAccounts::Left).await?;
        this.may(PartnershipAct::SetPolicy)?;
        let policy = form.check()?;
        let told = "The policy was changed. It binds what is asked and accepted from now on.".to_owned();
        if this.row().policy.policy() == policy {
            return Ok(told);
        }
        this.update()
            .col_expr(Column::HighestRole, Expr::value(policy.highest_role))
            .col_expr(Column::LongestDays, Expr::value(policy.longest_days.map(i32::from)))
            .col_expr(Column::ReasonRequired, Expr::value(policy.reason_required))
            .col_expr(Column::OpenDays, Expr::value(i32::from(policy.open_days)))
            .col_expr(Column::ShortestReason, Expr::value(i32::from(policy.shortest_reason)))
            .col_expr(Column::CoolDownDays, Expr::value(i32::from(policy.cool_down_days)))
            .exec(change.transaction())
            .await?;
        let mut event = this.event(EventKind::PolicyChanged);
        let guest = this.row().guest_admins().filter(|_| this.row().state.is_in_force());
        let told_to = [Some(this.row().looked_after_by()), Some(Tell::Admins(this.row().host_workspace_id)), guest];
        event.tell = Some(told_to.into_iter().flatten().collect());
        change.commit(vec![event]).await?;
        Ok(told)
    }
}
