//! Guests whose access waits since the account was restored.

use super::member_row::Person;
use crate::layout::moment::Exactly;
use crate::ui::button::{Button, Look};
use domain::AccountId;
use domain::account::WaitingGuest;
use leptos::prelude::*;

/// What an owner confirms or takes away; nothing where nobody waits.
#[component]
pub(super) fn Waiting(account: AccountId, guests: Vec<WaitingGuest>) -> impl IntoView {
    let several = guests.len() > 1;
    let everyone = guests.iter().map(|guest| guest.member.member.to_string()).collect::<Vec<_>>();
    (!guests.is_empty()).then(|| {
        view! {
            <section class="waiting" aria-labelledby="waiting">
                <h2 class="waiting-heading" id="waiting">
                    "Access that waits for you"
                </h2>
                <p class="member-soft">
                    "The account was deleted and restored. These guests had access to it before, and have none until you
                    confirm it."
                </p>
                <ul class="waiting-list" role="list">
                    {guests
                        .into_iter()
                        .map(|guest| {
                            view! {
                                <li class="waiting-guest">
                                    <Guest account=account guest=guest />
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
                {several
                    .then(|| {
                        view! {
                            <form method="post" action="/api/access-grant/confirm">
                                <Fields account=account members=everyone />
                                <Button look=Look::Primary>"Confirm all"</Button>
                            </form>
                        }
                    })}
            </section>
        }
    })
}

#[component]
fn Guest(account: AccountId, guest: WaitingGuest) -> impl IntoView {
    let WaitingGuest { member, workspace, role, ends_at } = guest;
    let (id, name) = (member.member.to_string(), member.name.clone());
    let object = format!("{name}'s access");
    view! {
        <Person member=member workspace=workspace />
        <p class="member-soft">
            {role.label()} {ends_at.map(|ends_at| view! { <span>", until " <Exactly at=ends_at /></span> })}
        </p>
        <div class="waiting-acts">
            <form method="post" action="/api/access-grant/remove">
                <input type="hidden" name="account" value=account.to_string() />
                <input type="hidden" name="member" value=id.clone() />
                <Button look=Look::Quiet small=true object=object.clone()>
                    "Remove"
                </Button>
            </form>
            <form method="post" action="/api/access-grant/confirm">
                <Fields account=account members=vec![id] />
                <Button small=true object=object>
                    "Confirm"
                </Button>
            </form>
        </div>
    }
}

#[component]
fn Fields(account: AccountId, members: Vec<String>) -> impl IntoView {
    view! {
        <input type="hidden" name="account" value=account.to_string() />
        {members
            .into_iter()
            .enumerate()
            .map(|(place, member)| {
                view! { <input type="hidden" name=format!("members[{place}]") value=member /> }
            })
            .collect_view()}
    }
}
