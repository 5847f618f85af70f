//! The table once more, for callers who are not active, and for guests through a partnership that is not in force. A rule
//! says what follows from the table: nobody else is served by it.

use super::{CALLERS, Origin, Row, World, Wrote, connect, rows};
use sea_orm::{ConnectionTrait, DbBackend};

/// Every state of a partnership but the one in which its guests have access.
const NOT_ACTIVE: [&str; 8] =
    ["proposed", "awaiting_guest", "suspended", "declined", "withdrawn", "lapsed", "removed", "ended"];

#[tokio::test]
async fn whoever_is_not_active_is_answered_like_a_stranger() {
    for status in ["invited", "deactivated"] {
        let world = World::make(Origin::file()).await;
        world.alter(&format!("UPDATE member SET status = '{status}'")).await;
        let mut wrong = Vec::new();
        let mut copy = None;
        // What is open to everyone is so to them as well.
        for row in rows().iter().filter(|row| row.answers["signed-out"] == "sign-in") {
            for (caller, _) in &CALLERS[1..] {
                let found = world.ask(row, caller, &mut copy).await;
                if found.answer != "sign-in" || found.wrote != Wrote::Nothing {
                    wrong.push(format!("{} {} {caller}, {status}: {}", row.function, row.ids, found.answer));
                }
            }
        }
        if let Some(copy) = copy {
            copy.remove().await;
        }
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }
}

#[tokio::test]
async fn a_guest_is_answered_like_one_without_access_while_the_partnership_is_not_in_force() {
    let mut wrong = Vec::new();
    for state in NOT_ACTIVE {
        let world = World::make(Origin::file()).await;
        let northlight = "(SELECT id FROM workspace WHERE name = 'Northlight Studio')";
        let mut sql = format!(
            "UPDATE partnership SET state = '{state}', suspended_at = created_at, suspended_by = host_workspace_id \
             WHERE guest_workspace_id = {northlight} AND state = 'active'"
        );
        if state != "suspended" {
            // Its shares and grants stay as they were: that they do not count must not depend on their being marked.
            sql += "; UPDATE request_line SET state = 'cancelled', cancel_reason = 'partnership_removed', \
                    decided_at = created_at WHERE state = 'pending'";
        }
        world.alter(&sql).await;
        let mut copy = None;
        for row in rows() {
            for (caller, _) in &CALLERS[1..] {
                let Some(expected) = follows(&row, caller, state) else { continue };
                let found = world.ask(&row, caller, &mut copy).await;
                if found.answer != expected || !found.wrote_what_it_may() {
                    let Row { function, ids, .. } = row;
                    wrong.push(format!("{function} {ids} {caller}, {state}: {} instead of {expected}", found.answer));
                }
            }
        }
        if let Some(copy) = copy {
            copy.remove().await;
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What a caller is answered while the partnership is in this state, as far as it follows from the table.
fn follows(row: &Row, caller: &str, state: &str) -> Option<&'static str> {
    let guest = matches!(caller, "manager" | "collaborator");
    let suspended = state == "suspended";
    match (row.function, row.ids) {
        // The table has these for each state.
        (function, _) if function.starts_with("partnership/") => None,
        // What somebody has sent stays theirs: while time stands still they can take it back.
        ("access-request/withdraw", "own") if caller == "manager" => Some(if suspended { "ok" } else { "conflict" }),
        ("access-request/remind", "own") if caller == "manager" => Some(if suspended { "denied" } else { "conflict" }),
        _ if guest => Some(row.answers["teammate"]),
        // Nobody decides while a partnership is suspended, nor what has ended with it.
        ("access-request/accept" | "access-request/decline", "own") if row.answers[caller] == "ok" => {
            Some(if suspended { "denied" } else { "conflict" })
        }
        _ => None,
    }
}

impl World {
    /// Writes what no use case would.
    async fn alter(&self, sql: &str) {
        let database = connect(&self.origin.url()).await;
        database.execute_unprepared(sql).await.unwrap();
        if database.get_database_backend() == DbBackend::Sqlite {
            database.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
        }
        database.close().await.unwrap();
    }
}
