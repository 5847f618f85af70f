//! Stopping a share, asked once more first, and the ways to share again.

use crate::access_grant::RowDialog;
use crate::ui::button::{Button, ButtonLink, DialogCloser, DialogOpener, Look};
use domain::account_share::AccountShareView;
use leptos::prelude::*;

/// What the reader can do about a share.
#[component]
pub(super) fn ShareActs(
    /// The share.
    share: AccountShareView,
    /// What the acts are about, as the end of their names: the account on the partner's page, the partner on the account's.
    object: String,
) -> impl IntoView {
    let again = share.can_share_again.then(|| {
        let href = format!("/partners/{}/shares/{}/share-again", share.partnership, share.share);
        view! {
            <ButtonLink href=href small=true object=object.clone()>
                "Share again"
            </ButtonLink>
        }
    });
    view! {
        <div class="share-acts">
            {again} {share.can_stop.then(|| view! { <StopSharing share=share object=object /> })}
        </div>
    }
}

#[component]
fn StopSharing(share: AccountShareView, object: String) -> impl IntoView {
    let dialog = format!("stop-{}", share.share);
    let AccountShareView { share, account, label, partner, people, waiting, pending, .. } = share;
    view! {
        <DialogOpener dialog=dialog.clone() look=Look::Quiet object=object>
            "Stop sharing"
        </DialogOpener>
        <RowDialog id=dialog.clone() heading="Stop sharing?">
            <p>
                <strong>{label}</strong>
                {format!(" is no longer shared with {partner}. {}", what_follows(people, waiting, pending))}
            </p>
            <p>
                "Your own colleagues keep their access. Sharing it with the partner later is something new: nobody gets
                back what they had."
            </p>
            <form class="dialog-acts" method="post" action="/api/account-share/stop">
                <input type="hidden" name="account" value=account.to_string() />
                <input type="hidden" name="share" value=share.to_string() />
                <DialogCloser dialog=dialog>"Cancel"</DialogCloser>
                <Button look=Look::Danger>"Stop sharing"</Button>
            </form>
        </RowDialog>
    }
}

fn what_follows(people: u32, waiting: u32, pending: u32) -> String {
    let people = match people {
        0 => "Nobody has access through it at the moment.".to_owned(),
        1 => "One person loses access at once.".to_owned(),
        people => format!("{people} people lose access at once."),
    };
    let waiting = if waiting > 0 { " Access that waits for an owner to confirm it is lost, too." } else { "" };
    match pending {
        0 => format!("{people}{waiting}"),
        1 => format!("{people}{waiting} One request that waits is cancelled."),
        pending => format!("{people}{waiting} {pending} requests that wait are cancelled."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_is_counted() {
        assert_eq!(what_follows(0, 0, 0), "Nobody has access through it at the moment.");
        assert_eq!(what_follows(1, 0, 1), "One person loses access at once. One request that waits is cancelled.");
        assert_eq!(what_follows(3, 0, 2), "3 people lose access at once. 2 requests that wait are cancelled.");
        let waiting = "One person loses access at once. Access that waits for an owner to confirm it is lost, too.";
        assert_eq!(what_follows(1, 2, 0), waiting);
    }
}
