//! Accounts are imported from a file: all that can be, at once, and nothing before it is confirmed.

use crate::world::{told, words};
use domain::account::{AccountFilter, AccountRole, ImportColumns, Imported};
use domain::{AppError, IdempotencyKey};
use services::account::Sheet;
use services::{Ctx, Error};
use uuid::Uuid;

const FILE: &str = "Label,App,Login URL,Username,Note\n\
                    Web shop,Shopify,,harbor,\"Prices change, on Mondays\"\n\
                    ,Shopify,,nobody,\n\
                    Payroll,Bank,,payroll,\n\
                    Web shop,shopify,,HARBOR,\n\
                    Code,,github.com/login,harbor-bot,\n";

fn key() -> IdempotencyKey {
    IdempotencyKey(Uuid::now_v7())
}

fn read(text: &str) -> (Sheet, ImportColumns) {
    let sheet = Sheet::read(text).unwrap();
    let columns = ImportColumns::guess(&sheet.lines[0].cells);
    (sheet, columns)
}

async fn import(ctx: &Ctx, text: &str) -> Result<Imported, Error> {
    let (sheet, columns) = read(text);
    ctx.import_accounts(key(), &sheet, &columns).await
}

async fn labels(ctx: &Ctx) -> Vec<String> {
    ctx.accounts(&AccountFilter::default()).await.unwrap().cards.into_iter().map(|card| card.label).collect()
}

on_both! {
    async fn a_file_is_looked_at_and_nothing_is_imported(world: World) {
        world.ctx(&world.olga).await;
        let before = (world.count("account").await, world.everything().await);
        let (sheet, columns) = read(FILE);
        let preview = world.ctx(&world.olga).await.import_preview(&sheet, &columns).await.unwrap();
        let ready: Vec<(u64, &str, &str)> =
            preview.ready.iter().map(|line| (line.line, line.account.label.as_str(), line.account.app.as_str())).collect();
        assert_eq!(ready, [(2, "Web shop", "Shopify"), (6, "Code", "GitHub")]);
        assert_eq!(preview.ready[0].account.login_url, "https://accounts.shopify.com/");
        assert_eq!(preview.ready[0].account.note, "Prices change, on Mondays");
        assert_eq!(preview.wrong.iter().map(|line| line.line).collect::<Vec<_>>(), [3]);
        assert_eq!(preview.doubles.iter().map(|line| line.line).collect::<Vec<_>>(), [4, 5]);
        assert_eq!(preview.doubles[0].problems, ["You have an account with this label, app and username already."]);
        assert_eq!((world.count("account").await, world.everything().await), before);
    }

    async fn secrets_are_imported_and_shown_by_no_preview(world: World) {
        let file = "name,url,username,password,totp\nShop,shop.example,ann,canary one,JBSW Y3DP EHPK 3PXP\nBlog,blog.example,ann,,\nWrong,wrong.example,ann,x,canary!\n";
        let carl = world.ctx(&world.carl).await;
        let (sheet, columns) = read(file);
        let preview = carl.import_preview(&sheet, &columns).await.unwrap();
        assert!(!serde_json::to_string(&preview).unwrap().contains("canary"));
        assert!(!format!("{preview:?}").contains("canary"));
        assert_eq!(preview.wrong.iter().map(|line| line.line).collect::<Vec<_>>(), [4]);
        assert_eq!(import(&carl, file).await.unwrap().count, 2);
        let cards = carl.accounts(&AccountFilter::default()).await.unwrap().cards;
        let shop = cards.iter().find(|card| card.label == "Shop").unwrap().account;
        let holder = carl.account(shop).await.unwrap().holder().unwrap();
        assert!(holder.panel().await.unwrap().has_code);
        assert_eq!(holder.copy_password().await.unwrap().value.expose(), "canary one");
    }

    async fn what_a_member_does_not_see_is_no_double(world: World) {
        let (sheet, columns) = read(FILE);
        let doubles = async |person| {
            let preview = world.ctx(person).await.import_preview(&sheet, &columns).await.unwrap();
            preview.doubles.into_iter().map(|line| line.line).collect::<Vec<_>>()
        };
        assert_eq!(doubles(&world.carl).await, [5], "only the one that is twice in the file");
        assert_eq!(doubles(&world.ada).await, [4, 5], "an Admin sees every account of the company");
        assert_eq!(doubles(&world.tess).await, [5], "not of this one");
    }

    async fn every_good_line_is_imported_with_one_event(world: World) {
        let carl = world.ctx(&world.carl).await;
        let imported = import(&carl, FILE).await.unwrap();
        assert_eq!(imported.count, 3);
        assert_eq!(imported.message(), "3 accounts were imported. You are their Owner. 2 lines were left out:");
        assert_eq!(
            imported.items(),
            ["Line 3: Enter a label.", "Line 5: The same label, app and username stand on line 2."]
        );
        assert_eq!(labels(&carl).await, ["Code", "Harbor Instagram", "Payroll", "Web shop"]);
        let owned = AccountFilter { role: Some(AccountRole::Owner), ..AccountFilter::default() };
        assert_eq!(carl.accounts(&owned).await.unwrap().cards.len(), 3);
        let told: String = world.one("SELECT details FROM activity_event WHERE kind = 'accounts_imported'", []).await;
        assert!(told.contains(r#""count":3"#), "{told}");
        assert_eq!(world.count("activity_event WHERE kind = 'account_added'").await, 0);
        assert!(world.mails().await.is_empty());
    }

    async fn the_same_form_sent_twice_or_at_once_imports_once(world: World) {
        let (sheet, columns) = read(FILE);
        let columns = ImportColumns { doubles: true, ..columns };
        let key = key();
        let other = world.another_server().await;
        let (carl, elsewhere) = (world.ctx(&world.carl).await, world.ctx_on(&other, &world.carl).await);
        let (one, two) =
            tokio::join!(carl.import_accounts(key, &sheet, &columns), elsewhere.import_accounts(key, &sheet, &columns));
        let refused = if one.is_ok() { two } else { one };
        assert!(words(refused).starts_with("These accounts were imported already"));
        assert!(words(carl.import_accounts(key, &sheet, &columns).await).starts_with("These accounts were imported already"));
        assert_eq!(world.count("account WHERE form_key IS NOT NULL").await, 1);
        assert_eq!(labels(&carl).await.len(), 5);
        // Chosen once more without doubles, there is nothing left to import.
        let before = world.everything().await;
        assert!(told(import(&carl, FILE).await).problem_with("file").is_some());
        assert_eq!(world.everything().await, before);
    }

    async fn a_file_without_a_column_of_labels_is_not_read(world: World) {
        let olga = world.ctx(&world.olga).await;
        let (sheet, columns) = read("App,Username\nShopify,harbor\n");
        let preview = olga.import_preview(&sheet, &columns).await.unwrap();
        assert!(preview.ready.is_empty() && preview.wrong.is_empty());
        assert_eq!(preview.columns, ["App", "Username"]);
        let refused = told(olga.import_accounts(key(), &sheet, &columns).await);
        assert_eq!(refused.problem_with("label"), Some("Choose the column that has the labels."));
    }

    async fn as_many_accounts_as_a_file_may_have_are_imported_at_once(world: World) {
        let lines: String = (0..domain::account::MOST_LINES).map(|n| format!("Account {n},App,,user\n")).collect();
        let olga = world.ctx(&world.olga).await;
        let imported = import(&olga, &format!("Label,App,URL,User\n{lines}")).await.unwrap();
        assert_eq!(imported.count as usize, domain::account::MOST_LINES);
    }

    async fn who_is_put_out_meanwhile_imports_nothing(world: World) {
        let carl = world.ctx(&world.carl).await;
        world.deactivate(&world.carl).await;
        assert_eq!(told(import(&carl, FILE).await), AppError::SignInRequired);
        assert_eq!(world.count("account WHERE added_by IS NOT NULL").await, 0);
    }
}
