//! Exposure: who could have learned which version of a password, and who did.
//!
//! Somebody could have learned a version when they had access while it was the current one: an owner always, anybody else while
//! the owners let it be copied. Whoever had it shown or copied did, even an earlier version later on; so did whoever stored it.

use super::{PASSWORD, rotation};
use crate::Error;
use crate::account::{STRENGTH, VisibleAccount, role_of};
use crate::database::statement;
use crate::entity::copying_pause;
use domain::account::AccountRole;
use domain::credential::{ExposedMember, ExposedVersion, ExposureView};
use domain::policy::Act;
use domain::workspace::WorkspaceBadge;
use domain::{MemberId, Moment, WorkspaceId};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};
use std::collections::BTreeMap;

/// Versions that are shown.
const MOST_VERSIONS: usize = 20;
/// People of one version who are shown: those who have seen it first.
const MOST_PEOPLE: usize = 200;

/// A time from, and not including, to; without an end it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    from: Moment,
    to: Option<Moment>,
}

impl Span {
    /// What both have in common, when it is more than nothing.
    fn shared_with(self, other: Self) -> Option<Self> {
        let from = self.from.max(other.from);
        let to = match (self.to, other.to) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        to.is_none_or(|to| from < to).then_some(Self { from, to })
    }

    /// Whether something of it is left without these, which are in order.
    fn outlasts(self, others: &[Self]) -> bool {
        let mut from = self.from;
        for other in others {
            if from < other.from {
                return true;
            }
            match other.to {
                None => return false,
                Some(to) => from = from.max(to),
            }
            if self.to.is_some_and(|to| from >= to) {
                return false;
            }
        }
        true
    }
}

/// A grant, as long as it gave access.
#[derive(Debug, FromQueryResult)]
struct GrantRow {
    member_id: MemberId,
    name: String,
    workspace_id: WorkspaceId,
    workspace: String,
    strength: i32,
    created_at: Moment,
    ends_at: Option<Moment>,
    ended_at: Option<Moment>,
    counts: bool,
}

impl GrantRow {
    fn span(&self) -> Span {
        let to = match (self.ends_at, self.ended_at) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        Span { from: self.created_at, to }
    }
}

/// Somebody who knows a version: how often they had it handed out, and whether they have stored it.
#[derive(Debug, FromQueryResult)]
struct KnowingRow {
    member_id: MemberId,
    name: String,
    workspace_id: WorkspaceId,
    workspace: String,
    version: i32,
    seen_at: Option<Moment>,
    times: i64,
    stored: i32,
}

impl VisibleAccount {
    /// Who could know which version of the password: for owners, and Admins of the account's workspace.
    ///
    /// # Errors
    ///
    /// [`domain::Denial::OwnersOnly`].
    pub async fn exposure(&self) -> Result<ExposureView, Error> {
        self.standing().may(Act::SeeAllActivity)?;
        let (ctx, reader) = (self.ctx(), self.ctx().reader());
        let mut versions = super::versions(reader, self.id(), PASSWORD, MOST_VERSIONS + 1).await?;
        let earlier = versions.len() > MOST_VERSIONS;
        versions.truncate(MOST_VERSIONS);
        let grants_sql = format!(
            r#"SELECT g.member_id, u.name, m.workspace_id, w.name AS workspace, {STRENGTH} AS strength,
                      g.created_at, g.ends_at, g.ended_at, ({counts}) AND m.status = 'active' AS counts
               FROM access_grant g {joins}
               JOIN member m ON m.id = g.member_id
               JOIN "user" u ON u.id = m.user_id
               JOIN workspace w ON w.id = m.workspace_id
               WHERE g.account_id = $2 AND g.state <> 'suspended'"#,
            counts = crate::account::GRANT_COUNTS,
            joins = crate::account::GRANT_JOINS,
        );
        let values = [ctx.now().into(), self.id().into()];
        let grants = GrantRow::find_by_statement(statement(reader, &grants_sql, values)).all(reader).await?;
        let knowing_sql = format!(
            r#"SELECT k.member_id, u.name, m.workspace_id, w.name AS workspace, k.version,
                      MAX(k.seen_at) AS seen_at, count(k.seen_at) AS times, MAX(k.stored) AS stored
               FROM (SELECT r.member_id, r.version, r.at AS seen_at, 0 AS stored FROM reveal r
                     WHERE r.account_id = $1 AND r.field = '{PASSWORD}'
                     UNION ALL
                     SELECT c.set_by, c.version, NULL, 1 FROM credential c
                     WHERE c.account_id = $1 AND c.field = '{PASSWORD}' AND NOT c.removed) k
               JOIN member m ON m.id = k.member_id
               JOIN "user" u ON u.id = m.user_id
               JOIN workspace w ON w.id = m.workspace_id
               GROUP BY k.member_id, u.name, m.workspace_id, w.name, k.version"#
        );
        let knowing =
            KnowingRow::find_by_statement(statement(reader, &knowing_sql, [self.id().into()])).all(reader).await?;
        let pauses = copying_pause::Entity::find()
            .filter(copying_pause::COLUMN.account_id.eq(self.id()))
            .order_by_asc(copying_pause::COLUMN.since)
            .all(reader)
            .await?;
        let pauses: Vec<Span> = pauses.into_iter().map(|row| Span { from: row.since, to: row.until }).collect();
        let mut exposed = Vec::new();
        let mut until = None;
        for row in versions {
            let span = Span { from: row.set_at, to: until };
            until = Some(row.set_at);
            // What was taken away leaves a version behind with which nothing was exposed.
            if row.removed {
                continue;
            }
            let mut people = self.people(row.version, span, &grants, &knowing, &pauses);
            let others = u32::try_from(people.len().saturating_sub(MOST_PEOPLE)).unwrap_or(u32::MAX);
            people.truncate(MOST_PEOPLE);
            exposed.push(ExposedVersion { kept: row.view(), until: span.to, people, others });
        }
        Ok(ExposureView {
            header: self.header(),
            rotation: rotation::task_of(reader, self).await?,
            may_store: self.is_owner(),
            versions: exposed,
            earlier,
        })
    }

    fn people(
        &self,
        version: i32,
        span: Span,
        grants: &[GrantRow],
        knowing: &[KnowingRow],
        pauses: &[Span],
    ) -> Vec<ExposedMember> {
        let own = self.ctx().workspace();
        let could = |member: MemberId, name: &str, (workspace, company): (WorkspaceId, &str), role| ExposedMember {
            name: name.to_owned(),
            badge: (workspace != own).then(|| WorkspaceBadge { name: company.to_owned() }),
            role,
            stored: false,
            seen_at: None,
            times: 0,
            has_access: grants.iter().any(|grant| grant.member_id == member && grant.counts),
        };
        let mut people: BTreeMap<MemberId, ExposedMember> = BTreeMap::new();
        for grant in grants {
            let Some(role) = role_of(grant.strength) else { continue };
            let Some(shared) = span.shared_with(grant.span()) else { continue };
            if role != AccountRole::Owner && !shared.outlasts(pauses) {
                continue;
            }
            let company = (grant.workspace_id, grant.workspace.as_str());
            let entry = people.entry(grant.member_id);
            let known = entry.or_insert_with(|| could(grant.member_id, &grant.name, company, role));
            known.role = known.role.max(role);
        }
        for knows in knowing.iter().filter(|knows| knows.version == version) {
            let roles = grants.iter().filter(|grant| grant.member_id == knows.member_id);
            let role = roles.filter_map(|grant| role_of(grant.strength)).max().unwrap_or(AccountRole::Collaborator);
            let company = (knows.workspace_id, knows.workspace.as_str());
            let entry = people.entry(knows.member_id);
            let known = entry.or_insert_with(|| could(knows.member_id, &knows.name, company, role));
            known.stored = knows.stored > 0;
            known.seen_at = knows.seen_at;
            known.times = u32::try_from(knows.times).unwrap_or(u32::MAX);
        }
        let mut people: Vec<ExposedMember> = people.into_values().collect();
        people.sort_by(|one, other| other.knows().cmp(&one.knows()).then_with(|| one.name.cmp(&other.name)));
        people
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: i64, to: Option<i64>) -> Span {
        let at = |seconds| Moment::from_timestamp_secs(seconds).expect("a time");
        Span { from: at(from), to: to.map(at) }
    }

    #[test]
    fn what_two_times_share() {
        assert_eq!(span(0, Some(5)).shared_with(span(3, None)), Some(span(3, Some(5))));
        assert_eq!(span(0, None).shared_with(span(3, None)), Some(span(3, None)));
        assert_eq!(span(0, Some(3)).shared_with(span(3, None)), None, "the end is not included");
        assert_eq!(span(4, Some(4)).shared_with(span(0, None)), None);
    }

    #[test]
    fn what_is_left_of_a_time_without_others() {
        let whole = span(0, Some(10));
        assert!(whole.outlasts(&[]));
        assert!(whole.outlasts(&[span(1, None)]));
        assert!(whole.outlasts(&[span(0, Some(9))]));
        assert!(whole.outlasts(&[span(0, Some(4)), span(5, None)]));
        assert!(!whole.outlasts(&[span(0, None)]));
        assert!(!whole.outlasts(&[span(0, Some(10))]));
        assert!(!whole.outlasts(&[span(0, Some(4)), span(4, Some(12))]));
        assert!(!span(6, None).outlasts(&[span(0, Some(4)), span(5, None)]));
        assert!(span(6, None).outlasts(&[span(0, Some(7))]));
    }
}
