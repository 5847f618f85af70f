//! Access requests: an account manager asks, a decider answers line by line.
//!
//! Each act has its own file. What several of them ask stands here: who the people of a request are, what they hold on
//! its account, and how long it asks for.

use crate::Error;
use crate::access_grant::GRANT_COUNTS_OR_WAITS;
use crate::account::{GRANT_COUNTS, GRANT_JOINS, STRENGTH, role_of};
use crate::database::statement;
use crate::entity::member;
use domain::access_request::{AccessEnd, Held};
use domain::member::{MemberStatus, PickedMember};
use domain::{AccountId, MemberId, Moment, WorkspaceId};
use sea_orm::prelude::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Value};
use std::collections::HashMap;

mod cancelling;
mod deciding;
mod extension;
mod sending;
mod sent;
mod to_decide;

pub(crate) use cancelling::{Lines, accounts_touched_by, cancel, cancel_all, pending_by};
pub use deciding::accept_with;
pub(crate) use deciding::lock_share;
pub use sent::SentByMe;
pub use to_decide::DECIDING;
pub(crate) use to_decide::waiting_for;

/// A member with name, address and status.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) picked: PickedMember,
    pub(crate) status: MemberStatus,
}

pub(crate) async fn people(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Person>, Error> {
    use crate::entity::user;
    let rows = member::Entity::find()
        .filter(member::COLUMN.workspace_id.eq(workspace))
        .filter(member::COLUMN.id.is_in(members.iter().copied()))
        .find_also_related(user::Entity)
        .all(connection)
        .await?;
    let person = |(member, user): (member::Model, Option<user::Model>)| {
        let user = user?;
        let picked = PickedMember { member: member.id, name: user.name, email: user.email };
        Some((member.id, Person { picked, status: member.status }))
    };
    Ok(rows.into_iter().filter_map(person).collect())
}

/// The roles that the grants of each of these members on the account give now, the highest first. Who has none is left
/// out.
pub(crate) async fn held_by(
    connection: &impl ConnectionTrait,
    account: AccountId,
    members: &[MemberId],
    now: Moment,
) -> Result<HashMap<MemberId, Vec<Held>>, Error> {
    held_where(connection, account, members, now, GRANT_COUNTS).await
}

/// As [`held_by`], with what is kept while its partnership is suspended.
pub(crate) async fn held_or_kept_by(
    connection: &impl ConnectionTrait,
    account: AccountId,
    members: &[MemberId],
    now: Moment,
) -> Result<HashMap<MemberId, Vec<Held>>, Error> {
    held_where(connection, account, members, now, GRANT_COUNTS_OR_WAITS).await
}

async fn held_where(
    connection: &impl ConnectionTrait,
    account: AccountId,
    members: &[MemberId],
    now: Moment,
    condition: &str,
) -> Result<HashMap<MemberId, Vec<Held>>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        member_id: MemberId,
        strength: i32,
        ends_at: Option<Moment>,
    }
    let (places, ids) = places(members, 3);
    let sql = format!(
        r"SELECT g.member_id, {STRENGTH} AS strength,
                 CASE WHEN COUNT(*) = COUNT(g.ends_at) THEN MAX(g.ends_at) END AS ends_at
          FROM access_grant g {GRANT_JOINS}
          WHERE g.account_id = $2 AND g.member_id IN ({places}) AND {condition}
          GROUP BY g.member_id, g.role
          ORDER BY 2 DESC"
    );
    let values: Vec<Value> = [now.into(), account.into()].into_iter().chain(ids).collect();
    let rows = Row::find_by_statement(statement(connection, &sql, values)).all(connection).await?;
    let mut held: HashMap<MemberId, Vec<Held>> = HashMap::new();
    for Row { member_id, strength, ends_at } in rows {
        held.entry(member_id).or_default().extend(role_of(strength).map(|role| Held { role, ends_at }));
    }
    Ok(held)
}

/// `$3, $4, …` and the ids that stand there. No ids: a place that no id equals.
fn places(members: &[MemberId], first: usize) -> (String, Vec<Value>) {
    if members.is_empty() {
        return ("NULL".to_owned(), Vec::new());
    }
    let places: Vec<String> = (first..first + members.len()).map(|place| format!("${place}")).collect();
    (places.join(", "), members.iter().map(|member| (*member).into()).collect())
}

pub(crate) async fn names_of(
    connection: &impl ConnectionTrait,
    members: &[MemberId],
) -> Result<HashMap<MemberId, String>, Error> {
    use crate::entity::user;
    let rows = member::Entity::find()
        .filter(member::COLUMN.id.is_in(members.iter().copied()))
        .find_also_related(user::Entity)
        .all(connection)
        .await?;
    Ok(rows.into_iter().filter_map(|(member, user)| Some((member.id, user?.name))).collect())
}

/// How long a request asks for, from its columns.
pub(crate) fn end_of(days: Option<i32>, last_day: Option<Date>) -> AccessEnd {
    match (days, last_day) {
        (Some(days), _) => AccessEnd::Days(u16::try_from(days).unwrap_or(u16::MAX)),
        (None, Some(day)) => AccessEnd::On(day),
        (None, None) => AccessEnd::Never,
    }
}
