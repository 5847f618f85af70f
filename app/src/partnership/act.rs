//! Pages on which an act is confirmed, with what follows from it.

use super::api::partner_overview;
use super::header::in_address;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::{NotFound, page_or_error};
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::text_field::TextArea;
use domain::partnership::{PartnerHeaderView, PartnerOverviewView};
use domain::policy::PartnershipAct;
use leptos::prelude::*;
use leptos_meta::Title;

/// Declining, at either side.
#[component]
pub fn DeclinePartnershipPage() -> impl IntoView {
    act_page("partnership/decline", |overview, posted| {
        let possible = can(&overview, &[PartnershipAct::Decline, PartnershipAct::DeclineProposal]);
        let (name, typed, problem) = (overview.header.name.clone(), posted.or("note", ""), posted.problem("note"));
        view! {
            <ActPage
                header=overview.header
                instead=(!possible).then_some(overview.next_step)
                heading="Decline request?"
                function="partnership/decline"
                look=Look::Danger
                words="Decline request"
                posted=posted
            >
                <p>
                    "The partnership with " <strong>{name}</strong>
                    " does not come about. Whoever proposed it is told, and can send the request again."
                </p>
                <TextArea
                    name="note"
                    label="Note (optional)"
                    hint="Whoever proposed it reads the note. At most 1,000 characters."
                    value=typed
                    error=problem
                />
            </ActPage>
        }
        .into_any()
    })
}

/// Taking a proposal back.
#[component]
pub fn WithdrawPartnershipPage() -> impl IntoView {
    act_page("partnership/withdraw", |overview, posted| {
        let possible = can(&overview, &[PartnershipAct::Withdraw]);
        let name = overview.header.name.clone();
        view! {
            <ActPage
                header=overview.header
                instead=(!possible).then_some(overview.next_step)
                heading="Withdraw request?"
                function="partnership/withdraw"
                look=Look::Danger
                words="Withdraw request"
                posted=posted
            >
                <p>
                    "The request to " <strong>{name}</strong>
                    " is taken back, and links in its mails stop working. You can send it again later."
                </p>
            </ActPage>
        }
        .into_any()
    })
}

/// Suspending, at either side.
#[component]
pub fn SuspendPartnershipPage() -> impl IntoView {
    act_page("partnership/suspend", |overview, posted| {
        let possible = can(&overview, &[PartnershipAct::Suspend]);
        let name = overview.header.name.clone();
        view! {
            <ActPage
                header=overview.header
                instead=(!possible).then_some(overview.next_step)
                heading="Suspend partnership?"
                function="partnership/suspend"
                look=Look::Danger
                words="Suspend"
                posted=posted
            >
                <p>"While the partnership with " <strong>{name}</strong> " is suspended:"</p>
                <ul class="partner-follows">
                    <li>"Guests cannot use the accounts that are shared through it. They keep their roles."</li>
                    <li>"Nothing new can be requested or shared."</li>
                    <li>"Requests that wait cannot be decided, and their time stands still."</li>
                </ul>
                <p>"Only an Admin of your workspace can resume it."</p>
            </ActPage>
        }
        .into_any()
    })
}

/// Proposing once more.
#[component]
pub fn SendAgainPage() -> impl IntoView {
    act_page("partnership/send-again", |overview, posted| {
        let possible = can(&overview, &[PartnershipAct::SendAgain]);
        let name = overview.header.name.clone();
        let typed = posted.or("reason", &overview.reason.clone().unwrap_or_default());
        let problem = posted.problem("reason");
        view! {
            <ActPage
                header=overview.header
                instead=(!possible).then_some(overview.next_step)
                heading="Send again?"
                function="partnership/send-again"
                look=Look::Primary
                words="Send again"
                posted=posted
            >
                <p>
                    "A new request goes to " <strong>{name}</strong>
                    ", with the same policy. The earlier one stays as it is."
                </p>
                {overview
                    .asks_reason
                    .then(|| {
                        view! {
                            <TextArea
                                name="reason"
                                label="Reason"
                                hint="Your Admins read it, and approve the request first. At most 1,000 characters."
                                value=typed
                                required=true
                                error=problem
                            />
                        }
                    })}
            </ActPage>
        }
        .into_any()
    })
}

/// Whether one of these acts is possible.
pub(super) fn can(overview: &PartnerOverviewView, any: &[PartnershipAct]) -> bool {
    overview.acts.iter().any(|act| any.contains(act))
}

/// A page about the partnership in the address, with the form that was posted to it.
pub(super) fn act_page(function: &'static str, page: fn(PartnerOverviewView, Posted) -> AnyView) -> AnyView {
    let Some(partnership) = in_address() else { return view! { <NotFound /> }.into_any() };
    let posted = Posted::to(function);
    Suspend::new(async move { page_or_error(partner_overview(partnership).await, |overview| page(overview, posted)) })
        .into_any()
}

/// The act's name, what follows from it, and the button that does it.
#[component]
pub(super) fn ActPage(
    /// The partner.
    header: PartnerHeaderView,
    /// Where the partnership stands, when the act is not possible.
    instead: Option<String>,
    /// The heading.
    heading: &'static str,
    /// The endpoint of the server function.
    function: &'static str,
    /// How the button looks.
    look: Look,
    /// The button's words.
    words: &'static str,
    /// The form as it was posted.
    posted: Posted,
    /// What follows from it, and the fields.
    children: Children,
) -> impl IntoView {
    let PartnerHeaderView { partnership, name, .. } = header;
    let back = format!("/partners/{partnership}");
    let title = posted.title(&format!("{heading} · {name}"));
    view! {
        <Title text=title />
        <div class="page-head">
            <h1>{heading}</h1>
        </div>
        <Problems posted=posted />
        {match instead {
            Some(instead) => {
                view! {
                    <div class="partner-act-text">
                        <p>"This cannot be done now. " {instead}</p>
                        <ButtonLink href=back>{format!("Back to {name}")}</ButtonLink>
                    </div>
                }
                    .into_any()
            }
            None => {
                view! {
                    <PostForm function=function class="form partner-act-text">
                        <input type="hidden" name="partnership" value=partnership.to_string() />
                        {children()}
                        <div class="form-acts">
                            <Button look=look>{words}</Button>
                            <ButtonLink href=back look=Look::Quiet>
                                "Cancel"
                            </ButtonLink>
                        </div>
                    </PostForm>
                }
                    .into_any()
            }
        }}
    }
}
