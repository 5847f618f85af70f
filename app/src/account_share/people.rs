//! Up to which role an account is shared, and whom that reaches at first.

use crate::ui::radio_group::{Choice, RadioGroup};
use crate::ui::text_field::{Checkbox, Said};
use domain::MemberId;
use domain::account::AccountRole;
use domain::account_share::why_not_shared;
use domain::member::PickedMember;
use leptos::prelude::*;

/// A choice of role, as far as it is allowed.
#[component]
pub(super) fn RoleChoice(
    /// The field's name, and its id.
    name: &'static str,
    /// The group's name.
    legend: &'static str,
    /// What is chosen; at first the highest that is allowed.
    chosen: Option<AccountRole>,
    /// The highest that is allowed.
    highest: AccountRole,
    /// What is wrong with it.
    error: Option<String>,
) -> impl IntoView {
    let choice = |role: AccountRole| Choice {
        value: role.word().to_owned(),
        label: role.label().to_owned(),
        hint: role.hint().to_owned(),
        blocked: why_not_shared(role, highest),
    };
    let choices = AccountRole::REQUESTABLE.into_iter().map(choice).collect();
    let chosen = chosen.filter(|role| *role <= highest).unwrap_or(highest).to_string();
    view! {
        <RadioGroup id=name name=name legend=legend choices=choices chosen=chosen error=Signal::stored(error) />
    }
}

/// The partner's Admins, all ticked at first.
#[component]
pub(super) fn People(
    /// The other company.
    partner: String,
    /// Its Admins.
    people: Vec<PickedMember>,
    /// Who stands ticked.
    chosen: Option<Vec<MemberId>>,
    /// What is wrong with the choice.
    error: Option<String>,
) -> impl IntoView {
    let hint = format!("Admins of {partner} get access at once. Others of the company ask for it, and you decide.");
    view! {
        <fieldset class="form-set" id="members" tabindex="-1" aria-describedby="members-hint">
            <legend class="form-legend">"People"</legend>
            <Said name="members" hint=Some(hint) error=error />
            {people
                .into_iter()
                .map(|person| {
                    let checked = chosen.as_ref().is_none_or(|chosen| chosen.contains(&person.member));
                    view! {
                        <Checkbox
                            name="members[]"
                            id=format!("member-{}", person.member)
                            value=person.member.to_string()
                            label=person.name
                            hint=person.email
                            checked=checked
                        />
                    }
                })
                .collect_view()}
        </fieldset>
    }
}
