//! How the database came to be: one change per file, up and down, alike on SQLite and PostgreSQL.
//!
//! A migration is frozen once it has shipped, so it never imports an entity: it says in SQL what was true that day.
//! The few words in which the two databases differ stand in `dialect`.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod dialect;
mod m20261123_000001_workspace;
mod m20261123_000002_session;
mod m20261123_000003_partnership;
mod m20261123_000004_account;
mod m20261123_000005_access_request;
mod m20261123_000006_activity;
mod m20261123_000007_outbox_email;
mod m20261124_000008_people;
mod m20261124_000009_partnership_life;
mod m20261124_000010_endings;
mod m20261126_000011_joining;
mod m20261126_000012_sign_in;
mod m20261126_000013_partnership_list;
mod m20261126_000014_share_end;
mod m20261126_000015_request_list;
mod m20261126_000016_account_life;
mod m20261127_000017_waiting_end;
mod m20261127_000018_invitation_count;
mod m20261127_000019_vault;
mod m20261127_000021_activity_stamp;
mod m20261127_000022_activity_seal;
mod m20261127_000023_activity_list;
mod m20261127_000024_activity_filter;
mod m20261127_000025_password_by;
mod m20261127_000026_activity_tab;
mod m20261127_000027_credential_removed;

/// Every change, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_workspace::Migration),
            Box::new(m20261123_000002_session::Migration),
            Box::new(m20261123_000003_partnership::Migration),
            Box::new(m20261123_000004_account::Migration),
            Box::new(m20261123_000005_access_request::Migration),
            Box::new(m20261123_000006_activity::Migration),
            Box::new(m20261123_000007_outbox_email::Migration),
            Box::new(m20261124_000008_people::Migration),
            Box::new(m20261124_000009_partnership_life::Migration),
            Box::new(m20261124_000010_endings::Migration),
            Box::new(m20261126_000011_joining::Migration),
            Box::new(m20261126_000012_sign_in::Migration),
            Box::new(m20261126_000013_partnership_list::Migration),
            Box::new(m20261126_000014_share_end::Migration),
            Box::new(m20261126_000015_request_list::Migration),
            Box::new(m20261126_000016_account_life::Migration),
            Box::new(m20261127_000017_waiting_end::Migration),
            Box::new(m20261127_000018_invitation_count::Migration),
            Box::new(m20261127_000019_vault::Migration),
            Box::new(m20261127_000021_activity_stamp::Migration),
            Box::new(m20261127_000022_activity_seal::Migration),
            Box::new(m20261127_000023_activity_list::Migration),
            Box::new(m20261127_000024_activity_filter::Migration),
            Box::new(m20261127_000025_password_by::Migration),
            Box::new(m20261127_000026_activity_tab::Migration),
            Box::new(m20261127_000027_credential_removed::Migration),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_is_called_like_its_file() {
        let named: Vec<String> = Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
        let folder = std::fs::read_dir("src").expect("the folder of the sources");
        let files = folder.filter_map(|file| file.ok()?.path().file_stem()?.to_str().map(str::to_owned));
        let mut files: Vec<String> = files.filter(|file| file.starts_with("m2")).collect();
        files.sort();
        assert_eq!(named, files, "what an installation has had is known by its name");
    }
}
