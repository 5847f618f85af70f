//! The Policy tab: what a guest may ask for.

use super::api::partner_policy;
use super::header::{PartnerHeader, Tab, in_address};
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::{NotFound, page_or_error};
use crate::ui::button::{Button, Look};
use crate::ui::select::{Choice, Select};
use crate::ui::text_field::{Checkbox, TextField};
use domain::account::AccountRole;
use domain::partnership::{PartnerPolicyView, PartnershipPolicy};
use leptos::prelude::*;

const FUNCTION: &str = "partnership/set-policy";

/// The policy, which the host can change and the guest can read.
#[component]
pub fn PartnerPolicyPage() -> impl IntoView {
    let Some(partnership) = in_address() else { return view! { <NotFound /> }.into_any() };
    let posted = Posted::to(FUNCTION);
    Suspend::new(async move {
        page_or_error(partner_policy(partnership).await, |policy| view! { <Policy view=policy posted=posted /> })
    })
    .into_any()
}

#[component]
fn Policy(view: PartnerPolicyView, posted: Posted) -> impl IntoView {
    let PartnerPolicyView { header, policy, can_change } = view;
    let partnership = header.partnership.to_string();
    view! {
        <div data-live="partner-policy">
            <PartnerHeader header=header tab=Tab::Policy failed=posted.is_some() />
            <Problems posted=posted.clone() />
            {if can_change {
                view! {
                    <p class="partner-intro">
                        "What the partner’s people may ask for. A change counts for what is asked and accepted from now on."
                    </p>
                    <PostForm function=FUNCTION>
                        <input type="hidden" name="partnership" value=partnership />
                        <Fields policy=policy posted=posted />
                        <div class="form-acts">
                            <Button look=Look::Primary>"Save policy"</Button>
                        </div>
                    </PostForm>
                }
                    .into_any()
            } else {
                view! {
                    <p class="partner-intro">"What may be asked for through this partnership. Its host sets it."</p>
                    <Rules policy=policy />
                }
                    .into_any()
            }}
        </div>
    }
}

#[component]
fn Fields(policy: PartnershipPolicy, posted: Posted) -> impl IntoView {
    let chosen = posted.or("highest_role", policy.highest_role.word());
    let roles = AccountRole::REQUESTABLE.map(|role| Choice::new(role.word(), role.label(), role.word() == chosen));
    let longest = policy.longest_days.map(|days| days.to_string()).unwrap_or_default();
    let unless_none = |number: u16| if number == 0 { String::new() } else { number.to_string() };
    view! {
        <Select
            name="highest_role"
            label="Highest role"
            hint="The highest role that can be requested."
            choices=roles.to_vec()
            error=posted.problem("highest_role")
        />
        <TextField
            name="longest_days"
            label="Longest access, in days"
            hint="Leave it empty for no limit."
            kind="number"
            value=posted.or("longest_days", &longest)
            error=posted.problem("longest_days")
        />
        <Checkbox
            name="reason_required"
            label="A reason is required"
            checked=posted.ticked("reason_required", policy.reason_required)
        />
        <TextField
            name="shortest_reason"
            label="Smallest length of a reason, in characters"
            hint="Counts where a reason is required. Leave it empty for any length."
            kind="number"
            value=posted.or("shortest_reason", &unless_none(policy.shortest_reason))
            error=posted.problem("shortest_reason")
        />
        <TextField
            name="open_days"
            label="Requests stay open, in days"
            hint="What nobody decides in this time ends by itself. At most 90 days."
            kind="number"
            value=posted.or("open_days", &policy.open_days.to_string())
            required=true
            error=posted.problem("open_days")
        />
        <TextField
            name="cool_down_days"
            label="Cool-down after a decline, in days"
            hint="For so long the same person cannot be requested again for the same account. Leave it empty for none."
            kind="number"
            value=posted.or("cool_down_days", &unless_none(policy.cool_down_days))
            error=posted.problem("cool_down_days")
        />
    }
}

#[component]
fn Rules(policy: PartnershipPolicy) -> impl IntoView {
    let days = |days: u16| if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    let reason = match (policy.reason_required, policy.shortest_reason_asked()) {
        (false, _) => "Not required".to_owned(),
        (true, 0 | 1) => "Required".to_owned(),
        (true, shortest) => format!("Required, with at least {shortest} characters"),
    };
    let rules = [
        ("Highest role", policy.highest_role.label().to_owned()),
        ("Longest access", policy.longest_days.map_or_else(|| "No limit".to_owned(), days)),
        ("Reason", reason),
        ("Requests stay open", days(policy.open_days)),
        (
            "Cool-down after a decline",
            if policy.cool_down_days == 0 { "None".to_owned() } else { days(policy.cool_down_days) },
        ),
    ];
    view! {
        <dl class="partner-facts">
            {rules
                .into_iter()
                .map(|(name, rule)| {
                    view! {
                        <div class="partner-fact">
                            <dt>{name}</dt>
                            <dd>{rule}</dd>
                        </div>
                    }
                })
                .collect_view()}
        </dl>
    }
}
