//! What each page asks the database: as much for five rows of everything as for five hundred.

use crate::site::Site;
use http::StatusCode;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const HOST: &str = "owner@harbor.example";
const HOST_ADMIN: &str = "admin@harbor.example";
const GUEST_ADMIN: &str = "director@northlight.example";
const MANAGER: &str = "manager@northlight.example";

/// Every page of somebody who is signed in, as the one who sees most on it: the route, the address (`{account}` and the
/// like stand for ids), and whose it is.
const PAGES: &[(&str, &str, &str)] = &[
    ("/accounts", "/accounts", HOST),
    ("/accounts", "/accounts", HOST_ADMIN),
    ("/accounts/new", "/accounts/new", HOST),
    ("/accounts/import", "/accounts/import", HOST),
    ("/accounts/deleted", "/accounts/deleted", HOST),
    ("/accounts/without-owner", "/accounts/without-owner", HOST_ADMIN),
    ("/accounts/{account}", "/accounts/{account}", HOST),
    ("/accounts/{account}/members", "/accounts/{account}/members", HOST),
    ("/accounts/{account}/activity", "/accounts/{account}/activity", HOST),
    ("/accounts/{account}/settings", "/accounts/{account}/settings", HOST),
    ("/accounts/{account}/secrets", "/accounts/{account}/secrets", HOST),
    ("/accounts/{account}/password", "/accounts/{kept}/password", HOST),
    ("/accounts/{account}/passwords", "/accounts/{account}/passwords", HOST),
    ("/accounts/{account}/exposure", "/accounts/{account}/exposure", HOST),
    ("/accounts/passwords-to-change", "/accounts/passwords-to-change", HOST),
    ("/accounts/{account}/delete", "/accounts/{account}/delete", HOST),
    ("/accounts/{account}/assign-owner", "/accounts/{lost}/assign-owner", HOST_ADMIN),
    ("/accounts/{account}/request-access", "/accounts/{account}/request-access", MANAGER),
    ("/accounts/{account}/request-access", "/accounts/{account}/request-access?again={request}", MANAGER),
    ("/accounts/{account}/extend-access", "/accounts/{ending}/extend-access", MANAGER),
    ("/accounts/{account}/log-in", "/accounts/{account}/log-in", HOST),
    ("/accounts/{account}/add-members", "/accounts/{account}/add-members", HOST),
    ("/accounts/{account}/share", "/accounts/{account}/share", HOST),
    ("/requests", "/requests", HOST),
    ("/requests", "/requests", HOST_ADMIN),
    ("/requests/sent", "/requests/sent", MANAGER),
    ("/notifications", "/notifications", HOST),
    ("/partners", "/partners", HOST_ADMIN),
    ("/partners", "/partners", GUEST_ADMIN),
    ("/partners/add", "/partners/add", HOST_ADMIN),
    ("/partners/{partnership}", "/partners/{partnership}", HOST_ADMIN),
    ("/partners/{partnership}/policy", "/partners/{partnership}/policy", HOST_ADMIN),
    ("/partners/{partnership}/suspend", "/partners/{partnership}/suspend", HOST_ADMIN),
    ("/partners/{partnership}/end", "/partners/{partnership}/end", HOST_ADMIN),
    ("/partners/{partnership}/owner", "/partners/{partnership}/owner", HOST_ADMIN),
    ("/partners/{partnership}/remove", "/partners/{partnership}/remove", HOST_ADMIN),
    ("/partners/{partnership}/withdraw", "/partners/{proposed}/withdraw", HOST_ADMIN),
    ("/partners/{partnership}/send-again", "/partners/{declined}/send-again", HOST_ADMIN),
    ("/partners/{partnership}/decline", "/partners/{asked}/decline", GUEST_ADMIN),
    ("/partners/{partnership}/accept", "/partners/{asked}/accept", GUEST_ADMIN),
    ("/partners/{partnership}/accounts", "/partners/{partnership}/accounts", HOST),
    ("/partners/{partnership}/members", "/partners/{partnership}/members", HOST),
    ("/partners/{partnership}/share-accounts", "/partners/{partnership}/share-accounts", HOST),
    ("/partners/{partnership}/shares/{share}/share-again", "/partners/{partnership}/shares/{unused}/share-again", HOST),
    ("/activity", "/activity", HOST),
    ("/activity", "/activity", HOST_ADMIN),
    ("/activity", "/activity?event=logged_in&from=2020-01-01&account=Row+1&member=Ola", HOST_ADMIN),
    ("/members", "/members", HOST_ADMIN),
    ("/members/invite", "/members/invite", HOST_ADMIN),
    ("/members/{member}/deactivate", "/members/{member}/deactivate", HOST_ADMIN),
    ("/members/{member}/reset-sign-in", "/members/{member}/reset-sign-in", HOST_ADMIN),
    ("/settings", "/settings", HOST),
    ("/settings/workspace", "/settings/workspace", HOST_ADMIN),
    ("/settings/workspace/hand-over", "/settings/workspace/hand-over", HOST),
    ("/settings/security", "/settings/security", HOST),
    ("/settings/security/one-time-codes", "/settings/security/one-time-codes", HOST),
    ("/settings/sign-in-rules", "/settings/sign-in-rules", HOST_ADMIN),
    ("/settings/notifications", "/settings/notifications", HOST),
];

/// Pages that show no rows: forms for whoever has no session, and the page for what there is no page for.
const WITHOUT_ROWS: &[&str] = &[
    "/sign-in",
    "/sign-in/second-step",
    "/forgot-password",
    "/reset-password",
    "/change-email",
    "/set-up",
    "/found-workspace",
    "/join",
    "/{*any}",
];

#[tokio::test]
async fn every_page_is_counted() {
    let routes = leptos_axum::generate_route_list(app::App);
    let routes: BTreeSet<String> = routes.iter().map(|route| route.path().to_owned()).collect();
    let counted = PAGES.iter().map(|(route, ..)| *route).chain(WITHOUT_ROWS.iter().copied());
    let counted: BTreeSet<String> = counted.map(str::to_owned).collect();
    assert_eq!(counted, routes, "PAGES in this file (left) and the program (right) differ");
}

#[tokio::test]
async fn a_page_asks_as_much_for_five_rows_as_for_five_hundred() {
    let (few, many) = (asked(5).await, asked(500).await);
    let mut wrong = Vec::new();
    for (page, few) in &few {
        let many = &many[page];
        println!("{:>3} {page}", few.len());
        if few.len() != many.len() {
            let more: Vec<&String> = many.iter().filter(|sql| !few.contains(sql)).collect();
            wrong.push(format!("{page}: {} for five rows, {} for five hundred: {more:#?}", few.len(), many.len()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What each page asks where there are so many rows of everything.
async fn asked(rows: usize) -> BTreeMap<String, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("latchkey.db");
    let site = Site::start_on(&format!("sqlite://{}", file.display())).await;
    let mut cookies = BTreeMap::new();
    for person in [HOST, HOST_ADMIN, GUEST_ADMIN, MANAGER] {
        cookies.insert(person, site.sign_in_as(person).await);
    }
    let ids = fill(&file, rows).await;
    let mut asked = BTreeMap::new();
    for (_, path, person) in PAGES {
        let address = ids.iter().fold((*path).to_owned(), |address, (name, id)| address.replace(name, id));
        site.statements.take();
        let answer = site.get_as(&cookies[person], &address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.body);
        asked.insert(format!("{path} for {person}"), site.statements.take());
    }
    asked
}

/// Writes so many rows of each kind, and gives the ids that addresses name.
async fn fill(file: &Path, rows: usize) -> BTreeMap<&'static str, String> {
    let database = Database::connect(format!("sqlite://{}", file.display())).await.unwrap();
    let member = |email: &str| {
        format!(r#"(SELECT m.id FROM member m JOIN "user" u ON u.id = m.user_id WHERE u.email = '{email}')"#)
    };
    let (owner, manager) = (member(HOST), member(MANAGER));
    let at = "'2026-01-01T00:00:00+00:00'";
    let later = "'2126-01-01T00:00:00+00:00'";
    let harbor = "(SELECT id FROM workspace WHERE name = 'Harbor Coffee')";
    let northlight = "(SELECT id FROM workspace WHERE name = 'Northlight Studio')";
    let partnership = format!("(SELECT id FROM partnership WHERE host_workspace_id = {harbor} AND state = 'active')");
    let each = format!("WITH RECURSIVE row(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM row WHERE i < {rows})");
    for sql in [
        // People of both companies.
        format!(
            r#"{each} INSERT INTO "user" (id, email, email_folded, name, created_at)
               SELECT randomblob(16), 'row' || i || '@rows.example', 'row' || i || '@rows.example', 'Row ' || i, {at}
               FROM row"#
        ),
        format!(
            r#"INSERT INTO member (id, workspace_id, user_id, role, status, created_at, joined_at)
               SELECT randomblob(16), w.id, u.id, 'user', 'active', {at}, {at}
               FROM "user" u, workspace w
               WHERE u.email LIKE 'row%@rows.example' AND w.id IN ({harbor}, {northlight})"#
        ),
        // Accounts that are shared, whose owner is the host's, and whose manager is the guest's.
        format!(
            r#"{each} INSERT INTO account (id, workspace_id, label, app, login_url, username, open_note, sort_key,
                                           search_text, created_at)
               SELECT randomblob(16), {harbor}, 'Row ' || i, 'App', 'https://app.example', 'user', '', 'row ' || i,
                      'row', {at} FROM row"#
        ),
        format!(
            "INSERT INTO account_share (id, account_id, partnership_id, state, highest_role, created_at)
             SELECT randomblob(16), id, {partnership}, 'active', 'account_manager', {at}
             FROM account WHERE label LIKE 'Row %'"
        ),
        format!(
            "INSERT INTO access_grant (id, account_id, member_id, role, source, state, created_at)
             SELECT randomblob(16), id, {owner}, 'owner', 'owner', 'active', {at}
             FROM account WHERE label LIKE 'Row %'"
        ),
        format!(
            "INSERT INTO access_grant (id, account_id, member_id, role, source, account_share_id, state, created_at,
                                       ends_at)
             SELECT randomblob(16), s.account_id, {manager}, 'account_manager', 'share', s.id, 'active', {at}, {later}
             FROM account_share s JOIN account a ON a.id = s.account_id WHERE a.label LIKE 'Row %'"
        ),
        // One more that nobody at the guest has any more.
        format!(
            "INSERT INTO account (id, workspace_id, label, app, login_url, username, open_note, sort_key, search_text,
                                  created_at)
             SELECT randomblob(16), {harbor}, 'Unused', 'App', '', '', '', 'unused', 'unused', {at}"
        ),
        format!(
            "INSERT INTO account_share (id, account_id, partnership_id, state, highest_role, created_at)
             SELECT randomblob(16), id, {partnership}, 'active', 'account_manager', {at}
             FROM account WHERE label = 'Unused'"
        ),
        format!(
            "INSERT INTO access_grant (id, account_id, member_id, role, source, state, created_at)
             SELECT randomblob(16), id, {owner}, 'owner', 'owner', 'active', {at} FROM account WHERE label = 'Unused'"
        ),
        // Accounts that nobody owns, and others that are deleted.
        format!(
            r#"{each} INSERT INTO account (id, workspace_id, label, app, login_url, username, open_note, sort_key,
                                           search_text, created_at, deleted_at)
               SELECT randomblob(16), {harbor}, s.label || i, 'App', '', '', '', 'row ' || i, 'row', {at}, s.deleted_at
               FROM row, (SELECT 'Lost ' AS label, NULL AS deleted_at UNION ALL SELECT 'Gone ', {later}) s"#
        ),
        format!(
            "INSERT INTO access_grant (id, account_id, member_id, role, source, state, created_at)
             SELECT randomblob(16), id, {owner}, 'owner', 'owner', 'active', {at}
             FROM account WHERE label LIKE 'Gone %'"
        ),
        // On one of them everybody of the guest waits, and everybody of the host has access.
        format!(
            "INSERT INTO access_grant (id, account_id, member_id, role, source, state, created_at)
             SELECT randomblob(16), (SELECT id FROM account WHERE label = 'Row 1'), m.id, 'collaborator', 'direct',
                    'active', {at}
             FROM member m JOIN \"user\" u ON u.id = m.user_id
             WHERE u.email LIKE 'row%' AND m.workspace_id = {harbor}"
        ),
        format!(
            "INSERT INTO access_request (id, account_id, account_share_id, requester_id, idempotency_key, role, reason,
                                         refused, created_at)
             SELECT m.id, s.account_id, s.id, {manager}, m.id, 'collaborator', '', '[]', {at}
             FROM member m JOIN \"user\" u ON u.id = m.user_id
             JOIN account a ON a.label = 'Row 1' JOIN account_share s ON s.account_id = a.id
             WHERE u.email LIKE 'row%' AND m.workspace_id = {northlight}"
        ),
        format!(
            "INSERT INTO request_line (id, access_request_id, account_id, member_id, state, open_until, note,
                                       created_at, host_workspace_id)
             SELECT randomblob(16), r.id, r.account_id, r.id, 'pending', {later}, '', {at}, {harbor}
             FROM access_request r WHERE r.id = r.idempotency_key"
        ),
        // Companies to which this one has proposed, and others that ask the guest.
        format!(
            "{each} INSERT INTO partnership (id, host_workspace_id, owner_member_id, state, highest_role,
                                             reason_required, open_days, created_at, guest_public_id, contact_email)
             SELECT randomblob(16), {harbor}, {owner}, s.state, 'collaborator', false, 14, {at}, s.state || i,
                    'row@rows.example'
             FROM row, (SELECT 'proposed' AS state UNION ALL SELECT 'declined') s"
        ),
        format!(
            "{each} INSERT INTO workspace (id, name, public_id, created_at)
             SELECT randomblob(16), 'Row ' || i, 'row-' || i, {at} FROM row"
        ),
        format!(
            "INSERT INTO partnership (id, host_workspace_id, guest_workspace_id, owner_member_id, state, highest_role,
                                      reason_required, open_days, created_at, sent_at, contact_email)
             SELECT randomblob(16), w.id, {northlight}, {owner}, 'awaiting_guest', 'collaborator', false, 14, {at}, {at},
                    'row@rows.example'
             FROM workspace w WHERE w.name LIKE 'Row %'"
        ),
        // Secrets whose values are too old to be kept, fields, who was handed what, and passwords to change.
        format!(
            "{each} INSERT INTO credential (account_id, field, version, set_by, set_at)
             SELECT (SELECT id FROM account WHERE label = 'Row 1'), 'password', i, {owner}, {at} FROM row"
        ),
        format!(
            "{each} INSERT INTO custom_field (id, account_id, position, kind, name)
             SELECT randomblob(16), (SELECT id FROM account WHERE label = 'Row 1'), i, 'short_text', 'Row ' || i FROM row"
        ),
        format!(
            "{each} INSERT INTO reveal (id, account_id, member_id, field, version, way, at)
             SELECT randomblob(16), (SELECT id FROM account WHERE label = 'Row 1'), {manager}, 'password', i, 'copied', {at}
             FROM row"
        ),
        format!(
            "INSERT INTO rotation_task (id, account_id, version, opened_at)
             SELECT randomblob(16), id, 1, {at} FROM account WHERE label LIKE 'Row %'"
        ),
        // What happened, and was told.
        format!(
            "{each} INSERT INTO activity_event (at, kind, actor_id, account_id, host_workspace_id, details)
             SELECT {at}, 'logged_in', {owner}, (SELECT id FROM account WHERE label = 'Row 1'), {harbor}, '{{}}'
             FROM row"
        ),
        format!(
            "INSERT INTO notification (id, member_id, event_sequence)
             SELECT randomblob(16), {owner}, sequence FROM activity_event e
             WHERE NOT EXISTS (SELECT 1 FROM notification n WHERE n.member_id = {owner} AND n.event_sequence = e.sequence)"
        ),
    ] {
        database.execute_unprepared(&sql).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
    }
    let mut ids = BTreeMap::new();
    for (name, sql) in [
        ("{account}", "SELECT id FROM account WHERE label = 'Row 1'".to_owned()),
        ("{kept}", "SELECT id FROM account WHERE label = 'Grindhouse'".to_owned()),
        ("{lost}", "SELECT id FROM account WHERE label = 'Lost 1'".to_owned()),
        ("{ending}", "SELECT id FROM account WHERE label = 'Row 2'".to_owned()),
        (
            "{request}",
            format!("SELECT id FROM access_request WHERE requester_id = {manager} AND id = idempotency_key LIMIT 1"),
        ),
        (
            "{member}",
            format!(
                "SELECT m.id FROM member m JOIN \"user\" u ON u.id = m.user_id
                 WHERE u.email = 'row1@rows.example' AND m.workspace_id = {harbor}"
            ),
        ),
        (
            "{unused}",
            "SELECT s.id FROM account_share s JOIN account a ON a.id = s.account_id WHERE a.label = 'Unused'"
                .to_owned(),
        ),
        ("{partnership}", format!("SELECT {partnership} AS id")),
        ("{proposed}", "SELECT id FROM partnership WHERE state = 'proposed' LIMIT 1".to_owned()),
        ("{declined}", "SELECT id FROM partnership WHERE state = 'declined' LIMIT 1".to_owned()),
        ("{asked}", "SELECT id FROM partnership WHERE state = 'awaiting_guest' LIMIT 1".to_owned()),
    ] {
        ids.insert(name, id(&database, &sql).await);
    }
    database.close().await.unwrap();
    ids
}

async fn id(database: &DatabaseConnection, sql: &str) -> String {
    let statement = sea_orm::Statement::from_string(database.get_database_backend(), sql);
    let row = database.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get::<sea_orm::prelude::Uuid>("", "id").unwrap().to_string()
}
