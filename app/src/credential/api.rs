//! Server functions of credentials.

use crate::wire::{Failure, Json};
use domain::credential::{
    CodeView, CustomFieldForm, CustomFieldKind, ExposureView, GeneratedView, GeneratorForm, LogInPanelView,
    PasswordHistoryView, PasswordStyle, RevealView, RevealWay, RotationListView, SecretsView, Strength,
};
use domain::secret::Secret;
use domain::{AccountId, CustomFieldId};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

/// What the panel beside a log-in offers to a member with access.
#[server(prefix = "/api", endpoint = "credential/panel", input = PostUrl, output = Json)]
pub async fn log_in_panel(account: AccountId) -> Result<LogInPanelView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.holder()?.panel().await?)
}

/// A member with access copies the user name.
#[server(prefix = "/api", endpoint = "credential/copy-username", input = PostUrl, output = Json)]
pub async fn copy_username(account: AccountId) -> Result<RevealView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.holder()?.copy_username().await?)
}

/// A member with access copies the password, where the owners allow it.
#[server(prefix = "/api", endpoint = "credential/copy-password", input = PostUrl, output = Json)]
pub async fn copy_password(account: AccountId) -> Result<RevealView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.holder()?.copy_password().await?)
}

/// A member with access gets the one-time code of this moment.
#[server(prefix = "/api", endpoint = "credential/code", input = PostUrl, output = Json)]
pub async fn one_time_code(account: AccountId, way: RevealWay) -> Result<CodeView, Failure> {
    let code = crate::ssr::ctx()?.account(account).await?.holder()?.one_time_code(way).await?;
    crate::ssr::show_once();
    Ok(code)
}

/// A member with access has a hidden custom field shown, or copies it.
#[server(prefix = "/api", endpoint = "credential/show-field", input = PostUrl, output = Json)]
pub async fn show_field(account: AccountId, field: CustomFieldId, way: RevealWay) -> Result<RevealView, Failure> {
    let shown = crate::ssr::ctx()?.account(account).await?.holder()?.custom_field(field, way).await?;
    crate::ssr::show_once();
    Ok(shown)
}

/// An account owner who has just proven who they are has a password shown: the current one, or an earlier version.
#[server(prefix = "/api", endpoint = "credential/show-password", input = PostUrl, output = Json)]
pub async fn show_password(account: AccountId, #[server(default)] version: Option<i32>) -> Result<RevealView, Failure> {
    let ctx = crate::ssr::ctx()?;
    let owner = ctx.account(account).await?.owner()?;
    let shown = owner.show_password(&ctx.recently_confirmed()?, version).await?;
    crate::ssr::show_once();
    Ok(shown)
}

/// What an account owner stores and takes away.
#[server(prefix = "/api", endpoint = "credential/secrets", input = PostUrl, output = Json)]
pub async fn secrets(account: AccountId) -> Result<SecretsView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.owner()?.secrets().await?)
}

/// The passwords of an account that are kept, for its owners, without the passwords themselves.
#[server(prefix = "/api", endpoint = "credential/history", input = PostUrl, output = Json)]
pub async fn password_history(account: AccountId) -> Result<PasswordHistoryView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.owner()?.password_history().await?)
}

/// An account owner stores a new password.
#[server(prefix = "/api", endpoint = "credential/store-password", input = PostUrl, output = Json)]
pub async fn store_password(
    account: AccountId,
    version: i32,
    #[server(default)] password: Secret,
) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.account(account).await?.owner()?.store_password(&password, version).await?;
    crate::ssr::done(&format!("/accounts/{account}/secrets"), told);
    Ok(())
}

/// An account owner takes the password away.
#[server(prefix = "/api", endpoint = "credential/remove-password", input = PostUrl, output = Json)]
pub async fn remove_password(account: AccountId, version: i32) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.account(account).await?.owner()?.remove_password(version).await?;
    crate::ssr::done(&format!("/accounts/{account}/secrets"), told);
    Ok(())
}

/// An account owner stores the secret that one-time codes are made of.
#[server(prefix = "/api", endpoint = "credential/store-one-time-code", input = PostUrl, output = Json)]
pub async fn store_one_time_code(account: AccountId, #[server(default)] secret: Secret) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.account(account).await?.owner()?.store_one_time_code(&secret).await?;
    crate::ssr::done(&format!("/accounts/{account}/secrets"), told);
    Ok(())
}

/// An account owner takes away the secret that one-time codes are made of.
#[server(prefix = "/api", endpoint = "credential/remove-one-time-code", input = PostUrl, output = Json)]
pub async fn remove_one_time_code(account: AccountId) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.account(account).await?.owner()?.remove_one_time_code().await?;
    crate::ssr::done(&format!("/accounts/{account}/secrets"), told);
    Ok(())
}

/// An account owner adds a custom field.
#[server(prefix = "/api", endpoint = "credential/add-field", input = PostUrl, output = Json)]
pub async fn add_field(
    account: AccountId,
    kind: CustomFieldKind,
    #[server(default)] name: String,
    #[server(default)] value: Secret,
) -> Result<(), Failure> {
    let form = CustomFieldForm { name, kind, value };
    let told = crate::ssr::ctx()?.account(account).await?.owner()?.add_field(&form).await?;
    crate::ssr::done(&format!("/accounts/{account}/secrets"), told);
    Ok(())
}

/// An account owner renames a custom field, or gives it another value; a hidden one keeps its value when none is typed.
#[server(prefix = "/api", endpoint = "credential/change-field", input = PostUrl, output = Json)]
pub async fn change_field(
    account: AccountId,
    field: CustomFieldId,
    #[server(default)] name: String,
    #[server(default)] value: Secret,
) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.account(account).await?.owner()?.change_field(field, &name, &value).await?;
    crate::ssr::done(&format!("/accounts/{account}/secrets"), told);
    Ok(())
}

/// An account owner takes a custom field away.
#[server(prefix = "/api", endpoint = "credential/remove-field", input = PostUrl, output = Json)]
pub async fn remove_field(account: AccountId, field: CustomFieldId) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.account(account).await?.owner()?.remove_field(field).await?;
    crate::ssr::done(&format!("/accounts/{account}/secrets"), told);
    Ok(())
}

/// An account owner lets collaborators and account managers copy the password, or no longer.
#[server(prefix = "/api", endpoint = "credential/set-copying", input = PostUrl, output = Json)]
pub async fn set_copying(account: AccountId, #[server(default)] copying: Option<String>) -> Result<(), Failure> {
    let told = crate::ssr::ctx()?.account(account).await?.owner()?.set_copying(copying.is_some()).await?;
    crate::ssr::done(&format!("/accounts/{account}/secrets"), told);
    Ok(())
}

/// A password is made for a member. It is stored nowhere.
#[server(prefix = "/api", endpoint = "credential/generate", input = PostUrl, output = Json)]
pub async fn generate_password(
    style: PasswordStyle,
    length: u32,
    words: u32,
    #[server(default)] capitals: Option<String>,
    #[server(default)] digits: Option<String>,
    #[server(default)] signs: Option<String>,
) -> Result<GeneratedView, Failure> {
    let form = GeneratorForm {
        style,
        length,
        words,
        capitals: capitals.is_some(),
        digits: digits.is_some(),
        signs: signs.is_some(),
    };
    let generated = crate::ssr::ctx()?.generate_password(&form)?;
    crate::ssr::show_once();
    Ok(generated)
}

/// How strong a password is that a member types. It is stored nowhere.
#[server(prefix = "/api", endpoint = "credential/strength", input = PostUrl, output = Json)]
pub async fn password_strength(#[server(default)] password: Secret) -> Result<Strength, Failure> {
    Ok(crate::ssr::ctx()?.password_strength(&password).await?)
}

/// Who could know which version of an account's password, for its owners and Admins of its workspace.
#[server(prefix = "/api", endpoint = "credential/exposure", input = PostUrl, output = Json)]
pub async fn exposure(account: AccountId) -> Result<ExposureView, Failure> {
    Ok(crate::ssr::ctx()?.account(account).await?.exposure().await?)
}

/// The passwords that a member has to change, because somebody who has seen them has lost access; a page at a time.
#[server(prefix = "/api", endpoint = "credential/rotation-tasks", input = PostUrl, output = Json)]
pub async fn rotation_tasks(#[server(default)] after: Option<String>) -> Result<RotationListView, Failure> {
    Ok(crate::ssr::ctx()?.rotation_tasks(after.as_deref()).await?)
}
