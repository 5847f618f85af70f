//! The tables as sea-orm models, one per file. Private to this crate: others see what the use cases make of them.

#![allow(
    missing_docs,
    unreachable_pub,
    reason = "the columns are documented where the tables are made, and sea-orm's macros decide visibility"
)]

pub(crate) mod access_grant;
pub(crate) mod access_request;
pub(crate) mod account;
pub(crate) mod account_share;
pub(crate) mod activity_checkpoint;
pub(crate) mod activity_event;
pub(crate) mod activity_number;
pub(crate) mod activity_seal;
pub(crate) mod copying_pause;
pub(crate) mod credential;
pub(crate) mod custom_field;
pub(crate) mod data_key;
pub(crate) mod email_change;
pub(crate) mod half_open_sign_in;
pub(crate) mod installation_secret;
pub(crate) mod mail_choice;
pub(crate) mod mail_digest;
pub(crate) mod member;
pub(crate) mod notification;
pub(crate) mod one_time_code;
pub(crate) mod outbox_email;
pub(crate) mod partnership;
pub(crate) mod passkey;
pub(crate) mod passkey_ceremony;
pub(crate) mod recovery_code;
pub(crate) mod request_line;
pub(crate) mod reveal;
pub(crate) mod rotation_task;
pub(crate) mod session;
pub(crate) mod sign_in_attempt;
pub(crate) mod single_use_link;
pub(crate) mod user;
pub(crate) mod vault_key;
pub(crate) mod workspace;
