//! Settings: the own second factors.

use crate::layout::form::{Answer, PostForm, Posted, Problems};
use crate::layout::moment::{Ago, Exactly};
use crate::passkey::AddPasskey;
use crate::session::ConfirmItIsYou;
use crate::ui::button::{Button, Look};
use crate::ui::copy_button::CopyButton;
use domain::second_factor::{PasskeyView, RecoveryCodes, SecondFactorView};
use leptos::prelude::*;

/// One-time codes, recovery codes and passkeys. What changes them wants a proof of who it is first.
#[component]
pub fn SecondFactors(
    /// What there is.
    view: SecondFactorView,
) -> impl IntoView {
    let SecondFactorView { codes_since, recovery_codes_left, passkeys, passkeys_work_here, confirmed, .. } = view;
    let any = codes_since.is_some() || !passkeys.is_empty();
    let posted = ["begin-codes", "remove-codes", "new-recovery-codes"]
        .map(|act| Posted::to(&format!("second-factor/{act}")))
        .into_iter()
        .chain([Posted::to("passkey/remove")])
        .find(Posted::is_some)
        .unwrap_or_default();
    let fresh = Answer::of::<RecoveryCodes>("second-factor/new-recovery-codes");
    view! {
        <p>
            "Whoever learns your password still cannot sign in as you without a second factor: a code from an app, or a
            passkey of this device, your phone or a key."
        </p>
        {fresh.map(|fresh| view! { <RecoveryCodeList codes=fresh.codes /> })}
        <Problems posted=posted />
        {(!confirmed).then(|| view! { <ConfirmItIsYou purpose="to change your second factors" /> })}
        <h3>"Passkeys"</h3>
        <Passkeys passkeys=passkeys confirmed=confirmed works_here=passkeys_work_here />
        <h3>"One-time codes"</h3>
        {match codes_since {
            Some(since) => {
                view! {
                    <p>"An app on your phone makes them, set up " <Exactly at=since /> "."</p>
                    {confirmed
                        .then(|| {
                            view! {
                                <PostForm function="second-factor/remove-codes">
                                    <Button look=Look::Danger object="one-time codes".to_owned()>
                                        "Remove"
                                    </Button>
                                </PostForm>
                            }
                        })}
                }
                    .into_any()
            }
            None => {
                view! {
                    <p>"An app on your phone, such as any authenticator, shows a new code every 30 seconds."</p>
                    {confirmed
                        .then(|| {
                            view! {
                                <PostForm function="second-factor/begin-codes">
                                    <Button>"Set up one-time codes"</Button>
                                </PostForm>
                            }
                        })}
                }
                    .into_any()
            }
        }}
        {any
            .then(|| {
                view! {
                    <h3>"Recovery codes"</h3>
                    <p>{left_in_words(recovery_codes_left)}</p>
                    {confirmed
                        .then(|| {
                            view! {
                                <PostForm function="second-factor/new-recovery-codes">
                                    <Button>"Make new recovery codes"</Button>
                                </PostForm>
                            }
                        })}
                }
            })}
    }
}

fn left_in_words(left: u32) -> String {
    let each = "Each lets you in once, when your app or passkey is lost.";
    match left {
        0 => "You have none left. Make new ones, for the day on which your app or passkey is lost.".to_owned(),
        1 => format!("You have 1 left. {each}"),
        left => format!("You have {left} left. {each}"),
    }
}

#[component]
fn Passkeys(passkeys: Vec<PasskeyView>, confirmed: bool, works_here: bool) -> impl IntoView {
    let none = passkeys.is_empty();
    view! {
        <p>"A passkey signs you in by itself, with the fingerprint or the PIN of your device, and cannot be guessed."</p>
        {(!none)
            .then(|| {
                view! {
                    <ul class="passkey-list" role="list">
                        {passkeys
                            .into_iter()
                            .map(|passkey| view! { <Passkey passkey=passkey confirmed=confirmed /> })
                            .collect_view()}
                    </ul>
                }
            })}
        {match (works_here, confirmed) {
            (false, _) => {
                view! {
                    <p class="field-hint">
                        "Browsers offer passkeys only for a site with a name and TLS, which this one has not."
                    </p>
                }
                    .into_any()
            }
            (true, true) => view! { <AddPasskey /> }.into_any(),
            (true, false) => ().into_any(),
        }}
    }
}

#[component]
fn Passkey(passkey: PasskeyView, confirmed: bool) -> impl IntoView {
    let PasskeyView { passkey, name, created_at, last_used_at } = passkey;
    view! {
        <li class="passkey">
            <div>
                <strong>{name.clone()}</strong>
                <p class="field-hint">
                    "Set up " <Exactly at=created_at />
                    {last_used_at.map(|at| view! { ", last used " <Ago at=at /> })}
                </p>
            </div>
            {confirmed
                .then(|| {
                    view! {
                        <PostForm function="passkey/remove" class="passkey-remove">
                            <input type="hidden" name="passkey" value=passkey.to_string() />
                            <Button small=true object=name>
                                "Remove"
                            </Button>
                        </PostForm>
                    }
                })}
        </li>
    }
}

/// Recovery codes, on the one page that ever shows them.
#[component]
pub fn RecoveryCodeList(
    /// As they are typed.
    codes: Vec<String>,
    /// Whether they stand under the page's heading itself, not under that of a part.
    #[prop(optional)]
    under_page: bool,
) -> impl IntoView {
    const HEADING: &str = "recovery-codes-heading";
    let words = "Your recovery codes";
    let all = codes.join("\n");
    view! {
        <section class="recovery-codes" aria-labelledby=HEADING tabindex="-1" autofocus=true>
            {if under_page {
                view! {
                    <h2 class="recovery-codes-heading" id=HEADING>
                        {words}
                    </h2>
                }
                    .into_any()
            } else {
                view! {
                    <h3 class="recovery-codes-heading" id=HEADING>
                        {words}
                    </h3>
                }
                    .into_any()
            }}
            <p>
                "Keep them where you find them without this device: they are shown only now. Each lets you in once, when your
                app or passkey is lost."
            </p>
            <ul class="recovery-code-list" role="list">
                {codes
                    .into_iter()
                    .map(|code| {
                        view! {
                            <li>
                                <code>{code}</code>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
            <CopyButton value=all what="recovery codes".to_owned() />
        </section>
    }
}
