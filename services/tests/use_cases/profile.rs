//! What users say of themselves.

use crate::world::{World, told};
use domain::AppError;
use services::Ctx;

async fn found_by(ctx: &Ctx, world: &World, typed: &str) -> Vec<String> {
    let manager = ctx.account(world.account).await.unwrap().manager().unwrap();
    let found = manager.search_members(typed, domain::account::AccountRole::Collaborator).await.unwrap();
    found.into_iter().map(|member| member.name).collect()
}

on_both! {
    async fn a_new_name_is_read_and_found_everywhere(world: World) {
        let there = world.also_in(&world.ann, world.third).await;
        let ann = world.ctx(&world.ann).await.oneself();
        assert_eq!(ann.profile().name, "Ann Teammate");
        ann.rename("  Ann   Sørensen ").await.unwrap();
        let again = world.ctx(&world.ann).await;
        assert_eq!(again.frame().name, "Ann Sørensen");
        let mia = world.ctx(&world.mia).await;
        assert_eq!(found_by(&mia, &world, "sore").await, ["Ann Sørensen"]);
        ann.rename("Anna Berg").await.unwrap();
        assert_eq!(found_by(&mia, &world, "anna").await, ["Anna Berg"]);
        assert_eq!(found_by(&mia, &world, "sore").await, [""; 0], "nobody is found by a name they had");
        // Both companies can read of it.
        let told = "SELECT count(*) FROM activity_event WHERE kind = 'name_changed' AND host_workspace_id = $1";
        for workspace in [world.guest, there.workspace] {
            assert_eq!(world.one::<i64>(told, [workspace.into()]).await, 2);
        }
    }

    async fn the_same_name_again_changes_nothing(world: World) {
        let before = world.everything().await;
        world.ctx(&world.ben).await.oneself().rename("Ben Teammate").await.unwrap();
        // Signing in is an event of its own.
        assert_eq!(world.count("activity_event WHERE kind <> 'signed_in'").await, before[3]);
    }

    async fn what_is_no_name_is_refused(world: World) {
        let ann = world.ctx(&world.ann).await.oneself();
        for typed in ["", "   ", "A\u{202E}nn", "A\u{0}nn", &"x".repeat(101)] {
            assert!(matches!(told(ann.rename(typed).await), AppError::Invalid { .. }), "{typed:?}");
        }
        assert_eq!(world.ctx(&world.ann).await.frame().name, "Ann Teammate");
    }

    async fn a_session_that_has_ended_meanwhile_changes_nothing(world: World) {
        let ann = world.ctx(&world.ann).await.oneself();
        ann.sign_out().await.unwrap();
        assert_eq!(told(ann.rename("Somebody Else").await), AppError::SignInRequired);
    }

    async fn two_names_at_once_leave_one_that_is_found(world: World) {
        let ann = world.ctx(&world.ann).await.oneself();
        let (one, other) = tokio::join!(ann.rename("Ann One"), ann.rename("Ann Other"));
        one.unwrap();
        other.unwrap();
        let name = world.ctx(&world.ann).await.frame().name;
        let mia = world.ctx(&world.mia).await;
        let mut found = found_by(&mia, &world, "one").await;
        found.extend(found_by(&mia, &world, "other").await);
        assert_eq!(found, [name]);
    }
}
