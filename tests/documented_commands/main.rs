//! Every command that the README, the pages below `docs` and their like tell to type is run here, by the real binary,
//! against a simulator; what can't be is marked, with the reason. A command that is added to a page is run without
//! a change here, or the test says what is missing.

#![expect(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod blocks;
#[path = "../common/mod.rs"]
mod common;
mod desk;
#[path = "../site/markdown.rs"]
mod markdown;
mod parsed;
mod readers;
mod run;
mod steps;
#[path = "../audit_commands/store.rs"]
#[expect(dead_code, reason = "each test binary uses its own part of this")]
mod store;
mod world;
mod written;

use blocks::{all, check_mark, pages};
use desk::Desk;
use world::World;

#[tokio::test(flavor = "multi_thread")]
async fn each_command_does_what_its_page_says() {
    let world = World::new().await;
    let blocks = all();
    let (mut run, mut wrong) = (0, Vec::new());
    for page in pages() {
        let of_page = blocks.iter();
        let of_page = of_page.filter(|block| block.page == page && block.is_of_commands());
        let of_page: Vec<_> = of_page.collect();
        world.put_links().await;
        if of_page.iter().any(|block| block.text.contains("curl ")) {
            world.is_seen().await;
        }
        let desk = Desk::new(&world, &page);
        for block in of_page {
            let (count, found) = tokio::task::block_in_place(|| run::run(&world, &desk, block));
            run += count;
            wrong.extend(found);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(run >= 40, "only {run} commands were found");
}

#[test]
fn each_mark_says_what_can_be() {
    let blocks = all();
    assert!(blocks.len() > 100, "{}", blocks.len());
    blocks.iter().for_each(check_mark);
}
