//! Settings: the own second factors.

use crate::layout::form::{Answer, PostForm, Posted, Problems};
use crate::layout::moment::Exactly;
use crate::session::ConfirmItIsYou;
use crate::ui::button::{Button, Look};
use crate::ui::copy_button::CopyButton;
use domain::second_factor::{RecoveryCodes, SecondFactorView};
use leptos::prelude::*;

/// One-time codes, recovery codes and passkeys. What changes them wants a proof of who it is first.
#[component]
pub fn SecondFactors(
    /// What there is.
    view: SecondFactorView,
) -> impl IntoView {
    let SecondFactorView { codes_since, recovery_codes_left, passkeys, confirmed, .. } = view;
    let any = codes_since.is_some() || !passkeys.is_empty();
    let posted = ["begin-codes", "remove-codes", "new-recovery-codes"]
        .map(|act| Posted::to(&format!("second-factor/{act}")))
        .into_iter()
        .find(Posted::is_some)
        .unwrap_or_default();
    let fresh = Answer::of::<RecoveryCodes>("second-factor/new-recovery-codes");
    view! {
        <p>
            "Whoever learns your password still cannot sign in as you without a second factor: a code from an app."
        </p>
        {fresh.map(|fresh| view! { <RecoveryCodeList codes=fresh.codes /> })}
        <Problems posted=posted />
        {(!confirmed).then(|| view! { <ConfirmItIsYou purpose="to change your second factors" /> })}
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

/// Recovery codes, on the one page that ever shows them.
#[component]
pub fn RecoveryCodeList(
    /// As they are typed.
    codes: Vec<String>,
) -> impl IntoView {
    let all = codes.join("\n");
    view! {
        <section class="recovery-codes" aria-labelledby="recovery-codes-heading" tabindex="-1" autofocus=true>
            <h3 id="recovery-codes-heading">"Your recovery codes"</h3>
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
