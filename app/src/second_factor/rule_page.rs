//! Settings: what the workspace asks of its members when they sign in.

use super::api::sign_in_rules;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::page_or_error;
use crate::setting::{SettingHeader, SettingPart, Tab};
use crate::ui::button::{Button, Look};
use crate::ui::text_field::Checkbox;
use domain::second_factor::SignInRulesView;
use leptos::prelude::*;

/// The rules; for Admins with a way to change them.
#[component]
pub fn SignInRulePage() -> impl IntoView {
    Suspend::new(async move {
        let rules = sign_in_rules().await;
        page_or_error(rules, |rules| view! { <Rules rules=rules /> })
    })
}

#[component]
fn Rules(rules: SignInRulesView) -> impl IntoView {
    let SignInRulesView { second_factor_required, without, may_change } = rules;
    let posted = Posted::to("second-factor/require");
    let told = match without {
        0 => "Every active member has one.".to_owned(),
        1 => "One active member has none.".to_owned(),
        without => format!("{without} active members have none."),
    };
    view! {
        <SettingHeader tab=Tab::SignInRules posted=posted.clone() />
        <SettingPart heading="Second factor" id="second-factor">
            {if may_change {
                view! {
                    <Problems posted=posted.clone() />
                    <PostForm function="second-factor/require">
                        <Checkbox
                            name="required"
                            label="Require a second factor"
                            hint=format!("Whoever has none can do nothing else before setting one up. {told}")
                            checked=posted.ticked("required", second_factor_required)
                            error=posted.problem("required")
                        />
                        <div class="form-acts">
                            <Button look=Look::Primary>"Save rules"</Button>
                        </div>
                    </PostForm>
                }
                    .into_any()
            } else {
                let rule = if second_factor_required {
                    "Your workspace requires a second factor of every member."
                } else {
                    "Your workspace leaves it to you whether you use a second factor."
                };
                view! { <p>{rule} " An Admin can change this."</p> }.into_any()
            }}
        </SettingPart>
    }
}
