//! The top of every signed-in page.

use super::navigation::{DRAWER, current};
use crate::ui::icon::{Drawing, Icon};
use domain::session::FrameView;
use domain::workspace::WorkspaceChoice;
use leptos::prelude::*;

/// Product, workspace, notifications and the member's menu.
#[component]
pub fn Header(
    /// What is shown.
    frame: FrameView,
) -> impl IntoView {
    let FrameView { workspace, workspaces, name, email, unread, .. } = frame;
    view! {
        <header class="frame-header">
            <button type="button" class="button button-quiet navigation-opener" popovertarget=DRAWER>
                <Icon drawing=Drawing::Menu />
                <span class="visually-hidden">"Menu"</span>
            </button>
            <a class="brand" href="/accounts">
                <BrandMark />
                <span class="brand-name">"Latchkey"</span>
            </a>
            {if workspaces.len() > 1 {
                view! { <WorkspaceMenu workspace=workspace workspaces=workspaces /> }.into_any()
            } else {
                view! { <span class="frame-workspace">{workspace}</span> }.into_any()
            }} <div class="frame-end">
                <Bell unread=unread />
                <MemberMenu name=name email=email />
            </div>
        </header>
    }
}

/// The sign of Latchkey: a key.
#[component]
pub fn BrandMark() -> impl IntoView {
    view! {
        <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
            <rect class="brand-mark-ground" width="32" height="32" rx="8" />
            <circle class="brand-mark-key" cx="11.5" cy="16" r="4.5" />
            <path class="brand-mark-key" d="M16 16h10m-3 0v4.5" />
        </svg>
    }
}

#[component]
fn WorkspaceMenu(workspace: String, workspaces: Vec<WorkspaceChoice>) -> impl IntoView {
    view! {
        <details class="menu menu-start" name="menu">
            <summary class="menu-opener">
                <span class="visually-hidden">"Switch workspace, now "</span>
                <span class="menu-name">{workspace}</span>
                <Icon drawing=Drawing::Chevron size="16" class="menu-chevron" />
            </summary>
            <form class="menu-panel" method="post" action="/api/session/switch-workspace">
                <span class="menu-heading">"Workspaces"</span>
                <ul role="list">{workspaces.into_iter().map(workspace_choice).collect_view()}</ul>
            </form>
        </details>
    }
}

fn workspace_choice(choice: WorkspaceChoice) -> impl IntoView {
    let WorkspaceChoice { member, name, current } = choice;
    view! {
        <li>
            <button
                type="submit"
                class="button button-quiet menu-choice"
                name="member"
                value=member.to_string()
                aria-current=current.then_some("true")
            >
                {name}
                {current.then(|| view! { <Icon drawing=Drawing::Check size="16" /> })}
            </button>
        </li>
    }
}

#[component]
fn Bell(unread: u32) -> impl IntoView {
    let count = match unread {
        0 => None,
        1..100 => Some(unread.to_string()),
        _ => Some("99+".to_owned()),
    };
    let name = match &count {
        None => "Notifications".to_owned(),
        Some(count) => format!("Notifications, {count} unread"),
    };
    view! {
        <a class="bell" href="/notifications" aria-current=current("/notifications") aria-label=name data-live="bell">
            <Icon drawing=Drawing::Bell />
            {count
                .map(|count| {
                    view! {
                        <span class="bell-count" aria-hidden="true">
                            {count}
                        </span>
                    }
                })}
        </a>
    }
}

#[component]
fn MemberMenu(name: String, email: String) -> impl IntoView {
    // A name may begin with a mark that is not seen.
    let initial = name.chars().find(|letter| letter.is_alphanumeric());
    let initial: String = initial.map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    view! {
        <details class="menu menu-member" name="menu">
            <summary class="menu-opener">
                <span class="person-mark" aria-hidden="true">
                    {initial}
                </span>
                <span class="visually-hidden">"Menu of "</span>
                <span class="menu-name">{name.clone()}</span>
                <Icon drawing=Drawing::Chevron size="16" class="menu-chevron" />
            </summary>
            <div class="menu-panel">
                <p class="menu-person">
                    <strong>{name}</strong>
                    <span class="menu-email">{email}</span>
                </p>
                <form method="post" action="/api/session/sign-out">
                    <button type="submit" class="button menu-choice">
                        "Sign out"
                    </button>
                </form>
            </div>
        </details>
    }
}
