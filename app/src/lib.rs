//! What people see: isomorphic components, and the server functions behind them.
//!
//! Pages are rendered on the server and stand without scripts. Islands wake up in the browser and make the forms of a
//! page nicer; they never are the only way. A feature is one module, with its server functions in `api.rs` and one page,
//! form or island per file.
//!
//! What an island shows is `Either` one or the other, never `into_any()`: that would link, for each view, ways to wake up
//! that islands do not take.

// A view is one type, as deep as the page it makes.
#![recursion_limit = "256"]
// The macros of components, islands and server functions make public items around ours, which no comment of ours reaches.
#![allow(missing_docs, unreachable_pub)]

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};

pub mod access_grant;
pub mod access_request;
pub mod account;
pub mod account_share;
pub mod activity;
pub mod credential;
pub mod invitation;
pub mod layout;
pub mod live;
pub mod member;
pub mod notification;
pub mod partnership;
pub mod passkey;
pub mod password;
pub mod profile;
pub mod second_factor;
pub mod session;
pub mod setting;
#[cfg(feature = "ssr")]
pub mod ssr;
pub mod ui;
pub mod wire;
pub mod workspace;

/// The files that the browser loads with every page, by their hashed addresses. Provided by the server as context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    /// The style sheet.
    pub style: String,
    /// The module that starts the islands.
    pub script: String,
    /// Its `integrity`.
    pub script_integrity: String,
    /// The program of the islands.
    pub program: String,
    /// The icon.
    pub icon: String,
}

/// The time at which the server makes a page, for times told as "1 hour ago". Provided by the server as context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now(pub domain::Moment);

/// Gives the page's answer this HTTP status. Only the server renders pages, so in the browser there is nothing to do.
pub(crate) fn answer_with(status: u16) {
    #[cfg(feature = "ssr")]
    ssr::set_status(status);
    #[cfg(not(feature = "ssr"))]
    let _ = status;
}

/// What was typed into a form about this thing, when the page is shown again because the act has failed.
pub(crate) fn typed_before(about: &str) -> Option<String> {
    #[cfg(feature = "ssr")]
    return ssr::typed_before(about);
    #[cfg(not(feature = "ssr"))]
    {
        let _ = about;
        None
    }
}

/// Lets the browser go on to another address by itself after a second, which is long enough to read a line.
///
/// As a header: what `leptos_meta` writes into the head from inside a suspended part is missing from some answers, because
/// it looks for its context only when the part is written, on whichever thread that happens.
pub(crate) fn go_on_to(url: &str) {
    go_on_after(1, url);
}

/// The same after this many seconds: what the page shows leaves it then.
pub(crate) fn go_on_after(seconds: u32, url: &str) {
    #[cfg(feature = "ssr")]
    ssr::refresh(seconds, url);
    #[cfg(not(feature = "ssr"))]
    let _ = (seconds, url);
}

/// Whether browsers offer passkeys at this installation's address.
pub(crate) fn passkeys_work_here() -> bool {
    #[cfg(feature = "ssr")]
    return ssr::passkeys_work_here();
    #[cfg(not(feature = "ssr"))]
    false
}

/// The document around the application.
pub fn shell(assets: Assets) -> impl IntoView {
    let nonce = leptos::nonce::use_nonce();
    let start = format!(
        "import init, * as islands from \"{}\";await init({{module_or_path:\"{}\"}});islands.hydrate(islands);",
        assets.script, assets.program
    );
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <leptos_meta::MetaTags />
                <link rel="icon" href=assets.icon type="image/svg+xml" />
                <link rel="stylesheet" href=assets.style />
                <link
                    rel="modulepreload"
                    href=assets.script
                    nonce=nonce.clone()
                    integrity=assets.script_integrity
                />
                <link
                    rel="preload"
                    href=assets.program
                    r#as="fetch"
                    r#type="application/wasm"
                    crossorigin="anonymous"
                />
                <script type="module" nonce=nonce inner_html=start></script>
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The route table.
#[component]
pub fn App() -> impl IntoView {
    leptos_meta::provide_meta_context();
    view! {
        <Router>
            <Routes fallback=layout::NotFoundPage>
                <Route path=path!("/sign-in") view=session::SignInPage ssr=SsrMode::Async />
                <Route path=path!("/sign-in/second-step") view=session::SecondStepPage ssr=SsrMode::Async />
                <Route path=path!("/forgot-password") view=password::ForgotPasswordPage ssr=SsrMode::Async />
                <Route path=path!("/reset-password") view=password::ResetPasswordPage ssr=SsrMode::Async />
                <Route path=path!("/change-email") view=profile::EmailChangePage ssr=SsrMode::Async />
                <Route path=path!("/set-up") view=workspace::SetUpPage ssr=SsrMode::Async />
                <Route path=path!("/found-workspace") view=workspace::FoundWorkspacePage ssr=SsrMode::Async />
                <Route path=path!("/join") view=invitation::JoinPage ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=layout::Frame ssr=SsrMode::Async>
                    <Route path=path!("/accounts") view=account::AccountListPage ssr=SsrMode::Async />
                    <Route path=path!("/accounts/new") view=account::AddAccountPage ssr=SsrMode::Async />
                    <Route path=path!("/accounts/import") view=account::ImportAccountsPage ssr=SsrMode::Async />
                    <Route path=path!("/accounts/deleted") view=account::DeletedAccountListPage ssr=SsrMode::Async />
                    <Route path=path!("/accounts/without-owner") view=account::OwnerlessListPage ssr=SsrMode::Async />
                    <Route
                        path=path!("/accounts/passwords-to-change")
                        view=credential::RotationListPage
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("/accounts/:account") view=account::AccountGeneralPage ssr=SsrMode::Async />
                    <Route path=path!("/accounts/:account/exposure") view=credential::ExposurePage ssr=SsrMode::Async />
                    <Route path=path!("/accounts/:account/secrets") view=credential::SecretsPage ssr=SsrMode::Async />
                    <Route
                        path=path!("/accounts/:account/password")
                        view=credential::ShowPasswordPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/accounts/:account/passwords")
                        view=credential::PasswordHistoryPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/accounts/:account/members")
                        view=access_grant::AccountMembersPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/accounts/:account/activity")
                        view=activity::AccountActivityPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/accounts/:account/settings")
                        view=account::AccountSettingsPage
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("/accounts/:account/delete") view=account::DeleteAccountPage ssr=SsrMode::Async />
                    <Route
                        path=path!("/accounts/:account/assign-owner")
                        view=account::AssignOwnerPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/accounts/:account/request-access")
                        view=access_request::RequestAccessPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/accounts/:account/extend-access")
                        view=access_request::ExtendAccessPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/accounts/:account/add-members")
                        view=access_grant::AddMembersPage
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("/accounts/:account/share") view=account_share::ShareAccountPage ssr=SsrMode::Async />
                    <Route
                        path=path!("/partners/:partnership/accounts")
                        view=account_share::PartnerAccountsPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/partners/:partnership/members")
                        view=account_share::PartnerMembersPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/partners/:partnership/share-accounts")
                        view=account_share::ShareAccountsPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/partners/:partnership/shares/:share/share-again")
                        view=account_share::ShareAgainPage
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("/accounts/:account/log-in") view=account::LogInPage ssr=SsrMode::Async />
                    <Route path=path!("/requests") view=access_request::RequestsToDecidePage ssr=SsrMode::Async />
                    <Route path=path!("/requests/sent") view=access_request::SentRequestsPage ssr=SsrMode::Async />
                    <Route path=path!("/members") view=member::MemberListPage ssr=SsrMode::Async />
                    <Route path=path!("/activity") view=activity::ActivityPage ssr=SsrMode::Async />
                    <Route path=path!("/members/invite") view=member::InviteMembersPage ssr=SsrMode::Async />
                    <Route
                        path=path!("/members/:member/deactivate")
                        view=member::DeactivateMemberPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/members/:member/reset-sign-in")
                        view=member::ResetSignInPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/settings/workspace")
                        view=workspace::WorkspaceSettingsPage
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("/settings/workspace/hand-over") view=workspace::HandOverPage ssr=SsrMode::Async />
                    <Route path=path!("/notifications") view=notification::NotificationListPage ssr=SsrMode::Async />
                    <Route path=path!("/settings") view=profile::ProfilePage ssr=SsrMode::Async />
                    <Route
                        path=path!("/settings/notifications")
                        view=notification::MailChoicePage
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("/partners") view=partnership::PartnerListPage ssr=SsrMode::Async />
                    <Route path=path!("/partners/add") view=partnership::AddPartnerPage ssr=SsrMode::Async />
                    <Route
                        path=path!("/partners/:partnership")
                        view=partnership::PartnerOverviewPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/partners/:partnership/policy")
                        view=partnership::PartnerPolicyPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/partners/:partnership/accept")
                        view=partnership::AcceptPartnershipPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/partners/:partnership/decline")
                        view=partnership::DeclinePartnershipPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/partners/:partnership/withdraw")
                        view=partnership::WithdrawPartnershipPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/partners/:partnership/send-again")
                        view=partnership::SendAgainPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/partners/:partnership/suspend")
                        view=partnership::SuspendPartnershipPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/partners/:partnership/end")
                        view=partnership::PartnershipEndPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/partners/:partnership/owner")
                        view=partnership::PartnershipOwnerPage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/partners/:partnership/remove")
                        view=partnership::RemovePartnerPage
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("/settings/security") view=setting::SecurityPage ssr=SsrMode::Async />
                    <Route
                        path=path!("/settings/security/one-time-codes")
                        view=second_factor::OneTimeCodePage
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/settings/sign-in-rules")
                        view=second_factor::SignInRulePage
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("/*any") view=layout::NotFound ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
