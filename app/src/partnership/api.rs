//! Server functions of partnerships.

use crate::wire::{Failure, Json};
use domain::partnership::{
    PartnerListView, PartnerOverviewView, PartnerPolicyView, PartnershipOwnerView, ProposalFormView, RemovePartnerView,
};
use domain::{MemberId, PartnershipId};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

/// The own workspace ID, and the partnerships that a member sees, a page at a time.
#[server(prefix = "/api", endpoint = "partnership/list", input = PostUrl, output = Json)]
pub async fn list_partners(#[server(default)] after: Option<String>) -> Result<PartnerListView, Failure> {
    Ok(crate::ssr::ctx()?.partnerships(after.as_deref()).await?)
}

/// What the form for a new partner asks.
#[server(prefix = "/api", endpoint = "partnership/form", input = PostUrl, output = Json)]
pub async fn new_partner_form() -> Result<ProposalFormView, Failure> {
    Ok(crate::ssr::ctx()?.proposal_form())
}

/// A member proposes a partnership.
#[server(prefix = "/api", endpoint = "partnership/propose", input = PostUrl, output = Json)]
pub async fn propose_partnership(
    #[server(default)] workspace_id: String,
    #[server(default)] contact_email: String,
    #[server(default)] reason: String,
) -> Result<PartnershipId, Failure> {
    let form = domain::partnership::ProposalForm { workspace_id, contact_email, reason };
    let (partnership, told) = crate::ssr::ctx()?.propose_partnership(&form).await?;
    crate::ssr::done(&format!("/partners/{partnership}"), told);
    Ok(partnership)
}

/// A partner, as somebody sees it who looks after it.
#[server(prefix = "/api", endpoint = "partnership/overview", input = PostUrl, output = Json)]
pub async fn partner_overview(partnership: PartnershipId) -> Result<PartnerOverviewView, Failure> {
    Ok(crate::ssr::ctx()?.partnership(partnership).await?.overview())
}

/// A host Admin lets a proposal go to the guest.
#[server(prefix = "/api", endpoint = "partnership/approve", input = PostUrl, output = Json)]
pub async fn approve_partnership(partnership: PartnershipId) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.partnership(partnership).await?.approve().await?;
    crate::ssr::done(&format!("/partners/{partnership}"), told);
    Ok(())
}

/// A host Admin says no to a proposal, or a guest Admin to the partnership.
#[server(prefix = "/api", endpoint = "partnership/decline", input = PostUrl, output = Json)]
pub async fn decline_partnership(partnership: PartnershipId, #[server(default)] note: String) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.partnership(partnership).await?.decline(&note).await?;
    crate::ssr::done(&format!("/partners/{partnership}"), told);
    Ok(())
}

/// The host takes a proposal back.
#[server(prefix = "/api", endpoint = "partnership/withdraw", input = PostUrl, output = Json)]
pub async fn withdraw_partnership(partnership: PartnershipId) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.partnership(partnership).await?.withdraw().await?;
    crate::ssr::done(&format!("/partners/{partnership}"), told);
    Ok(())
}

/// A guest Admin agrees to the terms of this version.
#[server(prefix = "/api", endpoint = "partnership/accept", input = PostUrl, output = Json)]
pub async fn accept_partnership(
    partnership: PartnershipId,
    terms_version: i32,
    #[server(default)] agreed: Option<String>,
) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.partnership(partnership).await?.accept(terms_version, agreed.is_some()).await?;
    crate::ssr::done(&format!("/partners/{partnership}"), told);
    Ok(())
}

/// The host reminds whoever has to decide.
#[server(prefix = "/api", endpoint = "partnership/remind", input = PostUrl, output = Json)]
pub async fn remind_of_partnership(partnership: PartnershipId) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.partnership(partnership).await?.remind().await?;
    crate::ssr::done(&format!("/partners/{partnership}"), told);
    Ok(())
}

/// The host proposes once more what was declined, withdrawn or not answered.
#[server(prefix = "/api", endpoint = "partnership/send-again", input = PostUrl, output = Json)]
pub async fn send_partnership_again(
    partnership: PartnershipId,
    #[server(default)] reason: String,
) -> Result<PartnershipId, Failure> {
    let (again, told) = crate::ssr::ctx()?.partnership(partnership).await?.send_again(&reason).await?;
    crate::ssr::done(&format!("/partners/{again}"), told);
    Ok(again)
}

/// An Admin of either side suspends a partnership.
#[server(prefix = "/api", endpoint = "partnership/suspend", input = PostUrl, output = Json)]
pub async fn suspend_partnership(partnership: PartnershipId) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.partnership(partnership).await?.suspend().await?;
    crate::ssr::done(&format!("/partners/{partnership}"), told);
    Ok(())
}

/// An Admin of the side that has suspended a partnership resumes it.
#[server(prefix = "/api", endpoint = "partnership/resume", input = PostUrl, output = Json)]
pub async fn resume_partnership(partnership: PartnershipId) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.partnership(partnership).await?.resume().await?;
    crate::ssr::done(&format!("/partners/{partnership}"), told);
    Ok(())
}

/// The host sets the last day of a partnership, or takes it away.
#[server(prefix = "/api", endpoint = "partnership/set-end", input = PostUrl, output = Json)]
pub async fn set_partnership_end(
    partnership: PartnershipId,
    #[server(default)] end_date: String,
) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.partnership(partnership).await?.set_end(&end_date).await?;
    crate::ssr::done(&format!("/partners/{partnership}"), told);
    Ok(())
}

/// What is lost when a partner is removed.
#[server(prefix = "/api", endpoint = "partnership/removal", input = PostUrl, output = Json)]
pub async fn partner_removal(partnership: PartnershipId) -> Result<RemovePartnerView, Failure> {
    Ok(crate::ssr::ctx()?.partnership(partnership).await?.removal().await?)
}

/// The partnership owner or an Admin of either side takes a partnership down.
#[server(prefix = "/api", endpoint = "partnership/remove", input = PostUrl, output = Json)]
pub async fn remove_partner(partnership: PartnershipId) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.partnership(partnership).await?.remove().await?;
    crate::ssr::done(&format!("/partners/{partnership}"), told);
    Ok(())
}

/// The members of the host who can be named partnership owner, as far as they match what is typed.
#[server(prefix = "/api", endpoint = "partnership/owner-choices", input = PostUrl, output = Json)]
pub async fn partnership_owner_choices(
    partnership: PartnershipId,
    #[server(default)] search: String,
) -> Result<PartnershipOwnerView, Failure> {
    Ok(crate::ssr::ctx()?.partnership(partnership).await?.owner_choices(&search).await?)
}

/// A host Admin names another partnership owner.
#[server(prefix = "/api", endpoint = "partnership/name-owner", input = PostUrl, output = Json)]
pub async fn name_partnership_owner(partnership: PartnershipId, member: MemberId) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.partnership(partnership).await?.name_owner(member).await?;
    crate::ssr::done(&format!("/partners/{partnership}"), told);
    Ok(())
}

/// What the host allows the guest to ask for.
#[server(prefix = "/api", endpoint = "partnership/policy", input = PostUrl, output = Json)]
pub async fn partner_policy(partnership: PartnershipId) -> Result<PartnerPolicyView, Failure> {
    Ok(crate::ssr::ctx()?.partnership(partnership).await?.policy())
}

/// The host changes what the guest may ask for.
#[server(prefix = "/api", endpoint = "partnership/set-policy", input = PostUrl, output = Json)]
pub async fn set_partner_policy(
    partnership: PartnershipId,
    #[server(default)] highest_role: String,
    #[server(default)] longest_days: String,
    #[server(default)] reason_required: Option<String>,
    #[server(default)] shortest_reason: String,
    #[server(default)] open_days: String,
    #[server(default)] cool_down_days: String,
) -> Result<(), Failure> {
    let form = domain::partnership::PolicyForm {
        highest_role,
        longest_days,
        reason_required,
        shortest_reason,
        open_days,
        cool_down_days,
    };
    let told = crate::ssr::ctx()?.partnership(partnership).await?.set_policy(&form).await?;
    crate::ssr::done(&format!("/partners/{partnership}/policy"), told);
    Ok(())
}
