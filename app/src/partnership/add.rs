//! Proposing a partnership.

use super::api::new_partner_form;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::page_or_error;
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::text_field::{TextArea, TextField};
use domain::partnership::ProposalFormView;
use leptos::prelude::*;
use leptos_meta::Title;

const FUNCTION: &str = "partnership/propose";

/// The form as a page of its own.
#[component]
pub fn AddPartnerPage() -> impl IntoView {
    let posted = Posted::to(FUNCTION);
    view! {
        <Title text=posted.title("Add partner") />
        {Suspend::new(async move {
            page_or_error(new_partner_form().await, |form| view! { <AddPartner form=form posted=posted /> })
        })}
    }
}

#[component]
fn AddPartner(form: ProposalFormView, posted: Posted) -> impl IntoView {
    view! {
        <div class="page-head">
            <h1>"Add partner"</h1>
        </div>
        <Problems posted=posted.clone() />
        <PostForm function=FUNCTION>
            <ProposalFields form=form posted=posted />
            <div class="form-acts">
                <Button look=Look::Primary>"Send request"</Button>
                <ButtonLink href="/partners" look=Look::Quiet>
                    "Cancel"
                </ButtonLink>
            </div>
        </PostForm>
    }
}

/// Whom to ask, and why.
#[component]
pub(super) fn ProposalFields(form: ProposalFormView, posted: Posted) -> impl IntoView {
    let id_hint = if form.can_invite {
        "Your partner finds it under Partners. Leave it empty if the company has no workspace here yet: your contact is \
         invited to found one."
    } else {
        "Your partner finds it under Partners."
    };
    let next = if form.asks_reason {
        "An Admin of your workspace has to approve the request before it goes to the partner."
    } else {
        "The partner’s Admins have 14 days to accept the request."
    };
    view! {
        <p class="partner-intro">
            "The partner becomes a guest: you share some of your accounts with their people, and keep control of them. "
            {next}
        </p>
        <TextField
            name="workspace_id"
            label="Workspace ID"
            hint=id_hint
            value=posted.or("workspace_id", "")
            required=!form.can_invite
            error=posted.problem("workspace_id")
        />
        <TextField
            name="contact_email"
            label="Contact’s email address"
            hint="Somebody at the partner, who is told of the request."
            kind="email"
            value=posted.or("contact_email", "")
            required=true
            error=posted.problem("contact_email")
        />
        {form
            .asks_reason
            .then(|| {
                view! {
                    <TextArea
                        name="reason"
                        label="Reason"
                        hint="Your Admins read it. At most 1,000 characters."
                        value=posted.or("reason", "")
                        required=true
                        error=posted.problem("reason")
                    />
                }
            })}
    }
}
