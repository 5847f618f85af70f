//! What has to be true after each act: the database says what the model says, and what must never be is not there.

use crate::act::Act;
use crate::model::{self, Bond, Login, Model, Who};
use crate::system::System;
use domain::Moment;
use domain::access_request::LineState;
use sea_orm::{ConnectionTrait, Statement};
use std::collections::HashSet;
use std::sync::OnceLock;

/// Every row that somebody's access depends on, a line of text each. What has come to its end reads alike, whether it is
/// marked or not.
const ROWS: &str = "
    SELECT 'member ' || {id m.id} || ' ' || m.role || ' ' || m.status AS told FROM member m
    UNION ALL
    SELECT 'partnership ' || {id p.id} || ' ' || CASE
            WHEN p.state IN ('proposed', 'awaiting_guest') AND p.lapses_at <= $1 THEN 'lapsed'
            WHEN p.state IN ('active', 'suspended') AND p.ends_at <= $1 THEN 'ended'
            ELSE p.state END
        || ' ' || {id p.guest_workspace_id} || ' ' || {id p.owner_member_id} || ' ' || {id p.suspended_by}
        || ' ' || {time p.ends_at} || ' ' || p.highest_role || ' ' || coalesce(p.longest_days, 0)
        || CASE WHEN p.reason_required THEN ' reasoned ' ELSE ' ' END || p.shortest_reason || ' ' || p.open_days
        || ' ' || p.cool_down_days
    FROM partnership p
    UNION ALL
    SELECT 'share ' || {id s.id} || ' ' || s.highest_role || ' ' || {time s.ends_at} || ' ' || s.state
    FROM account_share s
    UNION ALL
    SELECT 'grant ' || {id g.account_id} || ' ' || {id g.member_id} || ' ' || g.role || ' ' || {id g.account_share_id}
        || ' ' || {time g.ends_at} || ' '
        || CASE WHEN g.state = 'active' AND (g.ends_at IS NULL OR g.ends_at > $1) THEN 'kept'
            WHEN g.state = 'suspended' AND (g.ends_at IS NULL OR g.ends_at > $1) THEN 'waits' ELSE 'ended' END
    FROM access_grant g
    UNION ALL
    SELECT 'account ' || {id a.id} || ' ' || {id a.workspace_id} || ' ' || CASE
            WHEN a.deleted_at IS NOT NULL THEN 'deleted'
            WHEN EXISTS (SELECT 1 FROM access_grant o JOIN member om ON om.id = o.member_id
                         WHERE o.account_id = a.id AND o.role = 'owner' AND o.state = 'active' AND o.ends_at IS NULL
                             AND om.status = 'active') THEN 'owned'
            ELSE 'without an owner' END
    FROM account a
    UNION ALL
    SELECT 'line ' || {id l.id} || ' ' || {id r.requester_id} || ' ' || {id l.member_id} || ' ' || {time l.open_until}
        || ' ' || l.state || ' ' || coalesce(l.cancel_reason, '-') || ' ' || {id l.decided_by}
        || ' ' || coalesce(l.accepted_role, '-') || ' ' || {time l.accepted_ends_at}
    FROM request_line l JOIN access_request r ON r.id = l.access_request_id";

/// What must never be, each with the id of what is.
const NEVER: &[(&str, &str)] = &[
    (
        "a guest is Owner, or a host's own member account manager",
        "SELECT g.id FROM access_grant g JOIN account a ON a.id = g.account_id JOIN member m ON m.id = g.member_id
         WHERE g.role = CASE WHEN m.workspace_id = a.workspace_id THEN 'account_manager' ELSE 'owner' END",
    ),
    (
        "a guest's grant has no live share of a partnership in force between the two companies",
        "SELECT g.id FROM access_grant g JOIN account a ON a.id = g.account_id JOIN member m ON m.id = g.member_id
         LEFT JOIN account_share s ON s.id = g.account_share_id AND s.account_id = a.id AND s.state = 'active'
         LEFT JOIN partnership p ON p.id = s.partnership_id AND p.host_workspace_id = a.workspace_id
             AND p.guest_workspace_id = m.workspace_id AND p.state IN ('active', 'suspended')
         WHERE g.state IN ('active', 'suspended') AND m.workspace_id <> a.workspace_id AND p.id IS NULL",
    ),
    (
        "a member of the account's own company has access through a share",
        "SELECT g.id FROM access_grant g JOIN account a ON a.id = g.account_id JOIN member m ON m.id = g.member_id
         WHERE m.workspace_id = a.workspace_id AND g.account_share_id IS NOT NULL",
    ),
    (
        "somebody who is not active has a grant that is not over",
        "SELECT g.id FROM access_grant g JOIN member m ON m.id = g.member_id
         WHERE g.state IN ('active', 'suspended') AND m.status <> 'active'",
    ),
    (
        "a line waits for, or was asked for by, somebody who is not active",
        "SELECT l.id FROM request_line l JOIN access_request r ON r.id = l.access_request_id
         JOIN member m ON m.id = l.member_id JOIN member q ON q.id = r.requester_id
         WHERE l.state = 'pending' AND (m.status <> 'active' OR q.status <> 'active')",
    ),
    (
        "a line waits without a share, a partnership or an account to stand on",
        "SELECT l.id FROM request_line l JOIN access_request r ON r.id = l.access_request_id
         JOIN account a ON a.id = l.account_id JOIN account_share s ON s.id = r.account_share_id
         JOIN partnership p ON p.id = s.partnership_id
         WHERE l.state = 'pending' AND (a.deleted_at IS NOT NULL OR s.state <> 'active'
             OR p.state NOT IN ('active', 'suspended'))",
    ),
    (
        "a line, its request and its share are of different accounts or companies",
        "SELECT l.id FROM request_line l JOIN access_request r ON r.id = l.access_request_id
         JOIN account_share s ON s.id = r.account_share_id JOIN partnership p ON p.id = s.partnership_id
         JOIN member m ON m.id = l.member_id JOIN member q ON q.id = r.requester_id
         WHERE l.account_id <> r.account_id OR s.account_id <> r.account_id OR m.workspace_id <> q.workspace_id
             OR p.guest_workspace_id <> m.workspace_id",
    ),
    (
        "two lines wait for one member on one account",
        "SELECT l.id FROM request_line l JOIN request_line o ON o.account_id = l.account_id
             AND o.member_id = l.member_id AND o.id <> l.id
         WHERE l.state = 'pending' AND o.state = 'pending'",
    ),
    (
        "somebody has decided their own request, or about an account of another company",
        "SELECT l.id FROM request_line l JOIN access_request r ON r.id = l.access_request_id
         JOIN account a ON a.id = l.account_id JOIN member d ON d.id = l.decided_by JOIN member q ON q.id = r.requester_id
         WHERE l.state IN ('accepted', 'declined') AND (d.user_id = q.user_id OR d.workspace_id <> a.workspace_id)",
    ),
    (
        "more was given than was asked",
        "SELECT l.id FROM request_line l JOIN access_request r ON r.id = l.access_request_id
         WHERE l.state = 'accepted'
             AND ((r.role = 'collaborator' AND l.accepted_role <> 'collaborator')
                 OR ((r.access_days IS NOT NULL OR r.access_last_day IS NOT NULL) AND l.accepted_ends_at IS NULL))",
    ),
    (
        "an accepted line is not what its grant is",
        "SELECT l.id FROM request_line l JOIN access_grant g ON g.id = l.access_grant_id
         WHERE g.role <> l.accepted_role OR g.member_id <> l.member_id OR g.account_id <> l.account_id
             OR (g.ends_at IS NULL) <> (l.accepted_ends_at IS NULL) OR g.ends_at <> l.accepted_ends_at",
    ),
    (
        "a company has no active Owner",
        "SELECT w.id FROM workspace w WHERE 1 <> (
             SELECT count(*) FROM member m WHERE m.workspace_id = w.id AND m.role = 'owner' AND m.status = 'active')",
    ),
    (
        "two partnerships of one host with one guest are alive",
        "SELECT p.id FROM partnership p JOIN partnership o ON o.host_workspace_id = p.host_workspace_id
             AND o.guest_workspace_id = p.guest_workspace_id AND o.id <> p.id
         WHERE p.state IN ('proposed', 'awaiting_guest', 'active', 'suspended')
             AND o.state IN ('proposed', 'awaiting_guest', 'active', 'suspended')",
    ),
    (
        "a partnership's owner is not of the host",
        "SELECT p.id FROM partnership p JOIN member m ON m.id = p.owner_member_id
         WHERE m.workspace_id <> p.host_workspace_id",
    ),
    (
        "an account is offered through a partnership that is not in force, or of another host",
        "SELECT s.id FROM account_share s JOIN partnership p ON p.id = s.partnership_id
         JOIN account a ON a.id = s.account_id
         WHERE s.state = 'active' AND (p.state NOT IN ('active', 'suspended') OR p.host_workspace_id <> a.workspace_id)",
    ),
    (
        "somebody who is not active was told of what has just happened, or of what they did themselves",
        "SELECT n.id FROM notification n JOIN member m ON m.id = n.member_id
         JOIN activity_event e ON e.sequence = n.event_sequence
         WHERE n.event_sequence > $2 AND (m.status <> 'active' OR e.actor_id = m.id)",
    ),
    (
        "mail was written to somebody who had been put out before",
        "SELECT o.id FROM outbox_email o JOIN member m ON m.id = o.recipient_id
         WHERE m.status = 'deactivated' AND o.created_at > m.deactivated_at",
    ),
];

/// What the database says, with one question.
struct Said {
    rows: Vec<String>,
    never: String,
    events: Vec<String>,
    sequence: i64,
}

impl System {
    /// Compares everything.
    pub async fn check(&mut self, act: &Act, model: &Model) -> Result<(), String> {
        let version = self.latest_version().await;
        if version == self.version {
            // Nobody has written anything: a refused act has left no trace, not even that somebody was here.
            return if model.told.is_empty() { Ok(()) } else { Err(format!("nothing happened, not {:?}", model.told)) };
        }
        self.version = version;
        let said = self.said(model.now).await;
        if !said.never.is_empty() {
            return Err(format!("what must never be: {}", self.named(&said.never)));
        }
        let mut told: Vec<String> = model.told.iter().map(|kind| kind.word().to_owned()).collect();
        for events in [&mut told, &mut said.events.clone()] {
            events.sort();
            events.dedup();
        }
        let mut events = said.events.clone();
        events.sort();
        events.dedup();
        if events != told {
            return Err(format!("the events are {events:?}, and should be {told:?}"));
        }
        let should = self.should(model);
        if said.rows != should {
            return Err(self.difference(&said.rows, &should));
        }
        // What has ended stays as it is, word by word.
        let rows: HashSet<&String> = said.rows.iter().collect();
        if let Some(changed) = self.before.iter().find(|row| is_final(row) && !rows.contains(row)) {
            return Err(format!("what was final has changed: {}", self.named(changed)));
        }
        if events.is_empty() && !matches!(act, Act::Wait { .. } | Act::Sweep) && said.rows != self.before {
            return Err("a change without an event".to_owned());
        }
        self.before = said.rows;
        self.sequence = said.sequence;
        Ok(())
    }

    /// Looks at the database as it is at first.
    pub async fn look(&mut self) {
        self.version = self.latest_version().await;
        let said = self.said(model::start()).await;
        (self.before, self.sequence) = (said.rows, said.sequence);
    }

    async fn said(&self, now: Moment) -> Said {
        static SQL: OnceLock<[String; 2]> = OnceLock::new();
        let sql = &SQL.get_or_init(|| [question(true), question(false)])[usize::from(!self.is_sqlite())];
        let backend = self.rows.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, sql, [now.into(), self.sequence.into()]);
        let row = self.rows.query_one_raw(statement).await.unwrap().unwrap();
        let text = |place: usize| row.try_get_by_index::<Option<String>>(place).unwrap().unwrap_or_default();
        let lines =
            |text: String| text.split('|').filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let mut rows = lines(text(0));
        rows.sort_unstable();
        Said { rows, never: text(1), events: lines(text(2)), sequence: row.try_get_by_index(3).unwrap() }
    }

    /// What the model says the rows are.
    fn should(&self, model: &Model) -> Vec<String> {
        let ids = &self.ids;
        let member = |who: Who| ids.members[who.0].member.0.simple();
        let mut rows = Vec::new();
        for (member, known) in model.members.iter().zip(&ids.members).filter(|(member, _)| !member.withdrawn) {
            rows.push(format!("member {} {} {}", known.member.0.simple(), member.role, member.status));
        }
        for (place, (partnership, id)) in model.partnerships.iter().zip(&ids.partnerships).enumerate() {
            let policy = partnership.policy;
            rows.push(format!(
                "partnership {} {} {} {} {} {} {} {}{}{} {} {}",
                id.0.simple(),
                model.state(Bond(place)),
                partnership.guest.map_or("-".to_owned(), |guest| ids.workspaces[guest.0].0.simple().to_string()),
                member(partnership.owner),
                partnership.suspended.map_or("-".to_owned(), |(_, by)| ids.workspaces[by.0].0.simple().to_string()),
                time(partnership.ends),
                policy.highest,
                policy.longest_days.unwrap_or(0),
                if policy.reason_required { " reasoned " } else { " " },
                policy.shortest_reason,
                policy.open_days,
                policy.cool_down_days,
            ));
        }
        for (share, id) in model.shares.iter().zip(&ids.shares) {
            let state = if share.live { "active" } else { "stopped" };
            rows.push(format!("share {} {} {} {state}", id.0.simple(), share.highest, time(share.ends)));
        }
        for grant in &model.grants {
            let share = grant.share.map_or("-".to_owned(), |share| ids.shares[share.0].0.simple().to_string());
            let kept = grant.kept && grant.ends.is_none_or(|end| end > model.now);
            rows.push(format!(
                "grant {} {} {} {share} {} {}",
                ids.accounts[grant.account.0].0.simple(),
                member(grant.whom),
                grant.role,
                time(grant.ends),
                match (kept, grant.waits) {
                    (true, true) => "waits",
                    (true, false) => "kept",
                    (false, _) => "ended",
                }
            ));
        }
        for (place, (account, id)) in model.accounts.iter().zip(&ids.accounts).enumerate() {
            let state = match account.deleted {
                Some(_) => "deleted",
                None if model.is_ownerless(Login(place)) => "without an owner",
                None => "owned",
            };
            rows.push(format!("account {} {} {state}", id.0.simple(), ids.workspaces[account.company.0].0.simple()));
        }
        for (line, id) in model.lines.iter().zip(&ids.lines) {
            rows.push(format!(
                "line {} {} {} {} {} {} {} {} {}",
                id.0.simple(),
                member(model.requests[line.request.0].by),
                member(line.whom),
                time(Some(line.open_until)),
                line.state,
                line.because.map_or("-", |reason| reason.word()),
                line.decided_by.map_or("-".to_owned(), |by| member(by).to_string()),
                line.accepted.map_or("-", |(role, _)| role.word()),
                time(line.accepted.and_then(|(_, ends)| ends)),
            ));
        }
        rows.sort_unstable();
        rows
    }

    fn difference(&self, said: &[String], should: &[String]) -> String {
        let without = |rows: &[String], others: &[String]| {
            let mut others = others.to_vec();
            let mut left = Vec::new();
            for row in rows {
                match others.iter().position(|other| other == row) {
                    Some(place) => drop(others.swap_remove(place)),
                    None => left.push(format!("  {}", self.named(row))),
                }
            }
            left.join("\n")
        };
        format!("the database says\n{}\nand should say\n{}", without(said, should), without(should, said))
    }

    /// With names in the place of ids.
    fn named(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (place, known) in self.ids.members.iter().enumerate() {
            let name = format!("{:?}", Who(place));
            text = text.replace(&known.member.0.simple().to_string(), &name);
        }
        for (place, account) in self.ids.accounts.iter().enumerate() {
            text = text.replace(&account.0.simple().to_string(), &format!("{:?}", Login(place)));
        }
        text
    }
}

fn time(moment: Option<Moment>) -> String {
    moment.map_or("-".to_owned(), |moment| moment.timestamp().to_string())
}

/// Whether a row is one that nothing may happen to any more.
fn is_final(row: &str) -> bool {
    let mut words = row.split(' ');
    match words.next() {
        Some("line") => words.nth(4) != Some(LineState::Pending.word()),
        Some("grant") => row.ends_with("ended"),
        Some("share") => row.ends_with("stopped"),
        Some("partnership") => {
            let state = words.nth(1).and_then(|state| state.parse::<domain::partnership::PartnershipState>().ok());
            state.is_some_and(domain::partnership::PartnershipState::is_final)
        }
        _ => false,
    }
}

/// One question for everything: the rows, what must never be, the new events, and the last of them.
fn question(sqlite: bool) -> String {
    let never: Vec<String> = NEVER
        .iter()
        .map(|(what, sql)| {
            let what = what.replace('\'', "''");
            format!("SELECT '{what}: ' || {{id v.id}} AS told FROM ({sql}) v")
        })
        .collect();
    let sql = format!(
        "SELECT (SELECT string_agg(told, '|') FROM ({ROWS}) rows),
                (SELECT string_agg(told, '|') FROM ({}) never),
                (SELECT string_agg(kind, '|') FROM activity_event
                 WHERE sequence > $2 AND kind NOT IN ('signed_in', 'signed_out')),
                (SELECT coalesce(max(sequence), 0) FROM activity_event)",
        never.join(" UNION ALL ")
    );
    let mut said = String::new();
    let mut rest = sql.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let (word, after) = after.split_once('}').expect("a brace that is opened is closed");
        let (kind, column) = word.split_once(' ').expect("what it is, and of what");
        said += before;
        said += &match (kind, sqlite) {
            ("id", true) => format!("coalesce(nullif(lower(hex({column})), ''), '-')"),
            ("id", false) => format!("coalesce(replace({column}::text, '-', ''), '-')"),
            (_, true) => format!("coalesce(strftime('%s', {column}), '-')"),
            (_, false) => format!("coalesce(extract(epoch FROM {column})::bigint::text, '-')"),
        };
        rest = after;
    }
    said + rest
}
