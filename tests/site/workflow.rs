//! The workflow that puts up the site: it makes it as anybody does, and only the job that puts it up may do that.

use serde_json::{Value, json};

use crate::pages::read;

#[test]
fn the_workflow_makes_the_site_as_anybody_does_and_may_do_little() {
    let workflow: Value = serde_saphyr::from_str(&read(".github/workflows/docs.yml")).unwrap();
    assert_eq!(workflow["permissions"], json!({ "contents": "read" }));
    let jobs = workflow["jobs"].as_object().unwrap();
    let mut done = Vec::new();
    for (name, job) in jobs {
        assert!(job["timeout-minutes"].is_u64(), "{name}");
        let may_put_up = job["permissions"] == json!({ "pages": "write", "id-token": "write" });
        assert_eq!(may_put_up, name == "deploy", "{name}");
        for step in job["steps"].as_array().unwrap() {
            let uses = step["uses"].as_str().unwrap_or_default();
            done.push(step["run"].as_str().unwrap_or(uses));
            let uploads = uses.starts_with("actions/upload-pages-artifact@");
            assert!(!uploads || step["with"]["path"] == "target/site", "{step}");
        }
    }
    assert!(done.contains(&"make site"), "{done:?}");
    let makes = read("Makefile");
    let make = makes.split_once("\nsite:\n").map_or("", |(_, rest)| rest);
    assert!(
        make.starts_with("\t@tests/mdbook\n\t@docs/build-site\n"),
        "{make}"
    );
}
