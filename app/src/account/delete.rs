//! Deleting an account: what follows from it, and why it is done.

use super::api::account_deletion;
use super::header::in_address;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::{NotFound, page_or_error};
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::text_field::TextArea;
use domain::account::AccountDeletionView;
use leptos::prelude::*;
use leptos_meta::Title;

const DELETE: &str = "account/delete";

/// The page.
#[component]
pub fn DeleteAccountPage() -> impl IntoView {
    let Some(account) = in_address() else { return view! { <NotFound /> }.into_any() };
    let posted = Posted::to(DELETE);
    Suspend::new(async move {
        page_or_error(account_deletion(account).await, |deletion| {
            view! { <Deletion deletion=deletion posted=posted /> }
        })
    })
    .into_any()
}

#[component]
fn Deletion(deletion: AccountDeletionView, posted: Posted) -> impl IntoView {
    let follows = follows(&deletion);
    let AccountDeletionView { header, .. } = deletion;
    let account = header.account;
    let heading = format!("Delete {}?", header.label);
    let reason = posted.or("reason", "");
    let problem = posted.problem("reason");
    view! {
        <Title text=posted.title(&heading) />
        <div class="page-head">
            <h1>{heading}</h1>
        </div>
        <Problems posted=posted />
        <div class="account-follows">
            <p>"When you delete it:"</p>
            <ul>{follows.into_iter().map(|what| view! { <li>{what}</li> }).collect_view()}</ul>
            <p>
                "Whoever knows its password can still use it outside Latchkey: change the password at the app itself when
                they must not."
            </p>
        </div>
        <PostForm function=DELETE>
            <input type="hidden" name="account" value=account.to_string() />
            <TextArea
                name="reason"
                label="Reason"
                hint="Everyone who loses access reads it, at your partners too. At most 1,000 characters."
                value=reason
                nostrip:error=problem
            />
            <div class="form-acts">
                <Button look=Look::Danger>"Delete account"</Button>
                <ButtonLink href=format!("/accounts/{account}/settings") look=Look::Quiet>
                    "Cancel"
                </ButtonLink>
            </div>
        </PostForm>
    }
}

/// What follows, a sentence each.
fn follows(deletion: &AccountDeletionView) -> Vec<String> {
    let AccountDeletionView { colleagues, guests, partners, requests, .. } = deletion;
    let own = match colleagues {
        0 => "Nobody else of your company has access to it.".to_owned(),
        1 => "1 other member of your company loses access.".to_owned(),
        colleagues => format!("{colleagues} other members of your company lose access."),
    };
    let partners = partners.join(", ");
    let theirs = match guests {
        0 => "No partner has access to it.".to_owned(),
        1 => format!("1 guest loses access, of {partners}. They and their Admins are told."),
        guests => format!("{guests} guests lose access, of {partners}. They and their Admins are told."),
    };
    let asked = match requests {
        0 => "No request waits.".to_owned(),
        1 => "1 request that waits is cancelled.".to_owned(),
        requests => format!("{requests} requests that wait are cancelled."),
    };
    let back =
        "For 30 days an owner can restore it: your company's members then have access again at once, guests when \
                an owner confirms it. Requests stay cancelled."
            .to_owned();
    vec![own, theirs, asked, back]
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::account::AccountHeaderView;

    #[test]
    fn what_follows_is_told_in_numbers_that_read_well() {
        let header = AccountHeaderView {
            account: "01938a3e-0000-7000-8000-000000000001".parse().expect("well-formed"),
            label: "Our shop".to_owned(),
            app: "Shopify".to_owned(),
            badge: None,
            role: None,
            ends_at: None,
            sees_members: true,
            sees_exposure: true,
            password_to_change: false,
        };
        let deletion = |colleagues, guests, requests| AccountDeletionView {
            header: header.clone(),
            colleagues,
            guests,
            partners: vec!["Northlight Studio".to_owned()],
            requests,
        };
        assert_eq!(
            follows(&deletion(1, 3, 0))[..3],
            [
                "1 other member of your company loses access.",
                "3 guests lose access, of Northlight Studio. They and their Admins are told.",
                "No request waits."
            ]
        );
        assert_eq!(follows(&deletion(0, 1, 2))[2], "2 requests that wait are cancelled.");
    }
}
