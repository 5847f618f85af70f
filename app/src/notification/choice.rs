//! Settings: which mails one gets, and how.

use super::api::mail_choices;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::page_or_error;
use crate::setting::{SettingHeader, SettingPart, Tab};
use crate::ui::button::{Button, Look};
use crate::ui::select::{Choice, Select};
use domain::notification::{DIGEST_HOUR, MailChoicesView, MailDelivery, MailTopic};
use leptos::prelude::*;

const CHOOSE: &str = "notification/choose-mails";

/// A choice for each topic. Everything stands under Notifications, whatever is chosen.
#[component]
pub fn MailChoicePage() -> impl IntoView {
    Suspend::new(
        async move { page_or_error(mail_choices().await, |choices| view! { <MailChoices choices=choices /> }) },
    )
}

#[component]
fn MailChoices(choices: MailChoicesView) -> impl IntoView {
    let MailChoicesView { email, choices } = choices;
    let posted = Posted::to(CHOOSE);
    view! {
        <SettingHeader tab=Tab::Notifications posted=posted.clone() />
        <SettingPart heading="Mails" id="mails">
            <Problems posted=posted />
            <p>
                "They go to " <strong class="mail-address">{email}</strong>
                ". Whatever you choose here, everything stands under "
                <a href="/notifications">"Notifications"</a> " too."
            </p>
            <PostForm function=CHOOSE>
                {choices
                    .into_iter()
                    .map(|(topic, delivery)| view! { <Topic topic=topic delivery=delivery /> })
                    .collect_view()}
                <p class="field-hint">
                    {format!("The daily mail is written at {DIGEST_HOUR:02}:00 UTC, when there is something to tell.")}
                </p>
                <div class="form-acts">
                    <Button look=Look::Primary>"Save choice"</Button>
                </div>
            </PostForm>
        </SettingPart>
        <SettingPart heading="What always comes at once" id="always">
            <p>
                "Mails with a link that lets you in, and mails about your own sign-in, such as a new password: somebody else
                may be behind it. And what waits for a decision, when nobody else who could decide wants the mail."
            </p>
        </SettingPart>
    }
}

#[component]
fn Topic(topic: MailTopic, delivery: MailDelivery) -> impl IntoView {
    let choices =
        MailDelivery::ALL.iter().map(|each| Choice::new(each.word(), each.label(), *each == delivery)).collect();
    view! { <Select name=topic.word() label=topic.label() hint=topic.hint() choices=choices /> }
}
