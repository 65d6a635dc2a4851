//! What stands behind the first gzip member of an answer: more of it, or what makes it none.

use crate::common::series::{failing, open, success};
use crate::common::several::{QUICK, Several, numbered};

#[tokio::test]
async fn all_members_are_the_answer_and_whatever_else_comes_makes_it_none() {
    let mut cases = vec![(r#"{"fault":"gzip_members"}"#.to_owned(), true)];
    for (trailer, taken) in [
        ("empty_member", true),
        ("member", false),
        ("cut_member", false),
        ("garbage", false),
        ("zeros", false),
    ] {
        for later in [false, true] {
            let fault =
                format!(r#"{{"fault":"gzip_trailer","trailer":"{trailer}","later":{later}}}"#);
            cases.push((fault, taken));
        }
    }
    let names = numbered(cases.len());
    let several = Several::new(&names);
    for name in &names {
        several.put_open(name).await;
    }
    let exporter = several.exporter(QUICK, &names);
    exporter.wait_for_polls(&names, 1).await;
    for ((fault, _), name) in cases.iter().zip(&names) {
        // Another page, to tell whether the answer was taken.
        several
            .put(name, "AAAAAAAAAAAAAAAAAAAAAQ", r#""isSecured":false"#)
            .await;
        several.set_fault(name, fault).await;
    }
    // What was asked before the fault may have been answered after the page came.
    let before = exporter.wait_for_polls(&names, 1).await;
    for ((fault, taken), name) in cases.iter().zip(&names) {
        let succeeds = f64::from(u8::from(*taken));
        assert_eq!(before.value(&success(name)), succeeds, "{fault}");
        if *taken {
            assert_eq!(before.value(&open(name)), 2.0, "{fault}");
        } else {
            assert_eq!(before.get(&failing(name, "decode")), Some(1.0), "{fault}");
        }
    }
}
