//! Server functions of shares.

use crate::wire::{Failure, Json};
use domain::account_share::{
    PartnerAccountsView, PartnerMembersView, ShareAccountView, ShareAccountsView, ShareAgainView, SharedAccounts,
};
use domain::{AccountId, AccountShareId, MemberId, PartnershipId};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

/// Who looks after a partnership sees which of their own accounts can be shared through it, and with whom.
#[server(prefix = "/api", endpoint = "account-share/form", input = PostUrl, output = Json)]
pub async fn share_form(
    partnership: PartnershipId,
    #[server(default)] accounts: Vec<AccountId>,
    #[server(default)] search: String,
    #[server(default)] after: Option<String>,
) -> Result<ShareAccountsView, Failure> {
    let partnership = crate::ssr::ctx()?.partnership(partnership).await?;
    Ok(partnership.sharer()?.share_form(&accounts, &search, after.as_deref()).await?)
}

/// An owner of accounts who looks after a partnership shares them through it.
#[server(prefix = "/api", endpoint = "account-share/share", input = PostUrl, output = Json)]
pub async fn share_accounts(
    partnership: PartnershipId,
    #[server(default)] accounts: Vec<AccountId>,
    #[server(default)] highest_role: String,
    #[server(default)] members: Vec<MemberId>,
    #[server(default)] role: String,
    #[server(default)] access_end: String,
    #[server(default)] access_end_date: String,
) -> Result<SharedAccounts, Failure> {
    let form = domain::account_share::ShareForm { accounts, highest_role, members, role, access_end, access_end_date };
    let shared = crate::ssr::ctx()?.partnership(partnership).await?.sharer()?.share(&form).await?;
    crate::ssr::notify(crate::wire::Notice { items: shared.left(), ..crate::wire::Notice::done(shared.message()) });
    crate::ssr::redirect(&format!("/partners/{partnership}/accounts"));
    Ok(shared)
}

/// The same sees with whom an account can be shared again that nobody at the partner has any more.
#[server(prefix = "/api", endpoint = "account-share/again-form", input = PostUrl, output = Json)]
pub async fn share_again_form(partnership: PartnershipId, share: AccountShareId) -> Result<ShareAgainView, Failure> {
    Ok(crate::ssr::ctx()?.partnership(partnership).await?.sharer()?.share_again_form(share).await?)
}

/// The same shares it again.
#[server(prefix = "/api", endpoint = "account-share/share-again", input = PostUrl, output = Json)]
pub async fn share_again(
    partnership: PartnershipId,
    share: AccountShareId,
    #[server(default)] members: Vec<MemberId>,
    #[server(default)] role: String,
) -> Result<(), Failure> {
    let sharer = crate::ssr::ctx()?.partnership(partnership).await?.sharer()?;
    let told = sharer.share_again(share, &members, &role).await?;
    crate::ssr::done(&format!("/partners/{partnership}/accounts"), told);
    Ok(())
}

/// An account owner, the partnership owner or a host Admin stops sharing an account.
#[server(prefix = "/api", endpoint = "account-share/stop", input = PostUrl, output = Json)]
pub async fn stop_sharing(account: AccountId, share: AccountShareId) -> Result<(), Failure> {
    let stopped = crate::ssr::ctx()?.account(account).await?.share_stopper()?.stop(share).await?;
    crate::ssr::notify(crate::wire::Notice::done(stopped));
    Ok(())
}

/// An account owner sees with which partners they can share it.
#[server(prefix = "/api", endpoint = "account-share/partners", input = PostUrl, output = Json)]
pub async fn share_partners(account: AccountId) -> Result<ShareAccountView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.share_partners().await?)
}

/// What is shared through a partnership, a page at a time, for those who look after it on either side.
#[server(prefix = "/api", endpoint = "account-share/accounts", input = PostUrl, output = Json)]
pub async fn partner_accounts(
    partnership: PartnershipId,
    #[server(default)] search: String,
    #[server(default)] after: Option<String>,
) -> Result<PartnerAccountsView, Failure> {
    Ok(crate::ssr::ctx()?.partnership(partnership).await?.accounts(&search, after.as_deref()).await?)
}

/// The guest's members who have access through a partnership, a page at a time, for the same.
#[server(prefix = "/api", endpoint = "account-share/members", input = PostUrl, output = Json)]
pub async fn partner_members(
    partnership: PartnershipId,
    #[server(default)] search: String,
    #[server(default)] after: Option<String>,
) -> Result<PartnerMembersView, Failure> {
    Ok(crate::ssr::ctx()?.partnership(partnership).await?.members(&search, after.as_deref()).await?)
}

/// The partnership owner or a host Admin removes a guest's member from everything that is shared through it.
#[server(prefix = "/api", endpoint = "account-share/remove-member", input = PostUrl, output = Json)]
pub async fn remove_partner_member(partnership: PartnershipId, member: MemberId) -> Result<(), Failure> {
    let removed = crate::ssr::ctx()?.partnership(partnership).await?.guest_remover()?.remove(member).await?;
    crate::ssr::notify(crate::wire::Notice::done(removed));
    Ok(())
}
