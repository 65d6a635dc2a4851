//! What Alertmanager makes of the templates for notices (`alerts/rhombus-shares.tmpl`): the way to the
//! links is there where an alert has one, and nothing stands in its place where it has none.

use serde_json::{Value, json};

use crate::dashboards::root;
use crate::toolchains::toolchains;
use crate::tools::output;

/// A link of an organisation whose name is HTML too, with the rows to open and without.
const LINK: &str = "The link 1f2e3d4c5b6a of <b>A & B</b> is open.";
const ROWS: &str = "https://exporter.example/shares?org=%3Cb%3EA+%26+B%3C%2Fb%3E&kind=clip_group";

fn alert(description: &str) -> Value {
    json!({
        "status": "firing",
        "labels": { "alertname": "RhombusShareOpen", "org": "<b>A & B</b>" },
        "annotations": {
            "summary": "Footage is shared.",
            "description": description,
            "runbook_url": "https://runbooks.example/#open",
        },
    })
}

/// What each toolchain's Alertmanager writes of a notice with these descriptions.
fn written(form: &str, template: &str, descriptions: &[&str]) -> Vec<String> {
    let notice = json!({
        "status": "firing",
        "alerts": descriptions.iter().map(|d| alert(d)).collect::<Vec<_>>(),
        "commonLabels": { "org": "<b>A & B</b>" },
        "commonAnnotations": { "summary": "Footage is shared." },
    });
    let data = tempfile::NamedTempFile::new().expect("a scratch file");
    std::fs::write(data.path(), notice.to_string()).expect("a scratch file");
    let arguments = [
        "template".to_owned(),
        "render".to_owned(),
        format!("--template.type={form}"),
        "--template.glob=rhombus-shares.tmpl".to_owned(),
        format!("--template.text={{{{ template \"rhombus.{template}\" . }}}}"),
        format!("--template.data={}", data.path().display()),
    ];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    toolchains()
        .iter()
        .map(|toolchain| {
            let (content, text) = output(toolchain, "amtool", &arguments, &root().join("alerts"));
            assert!(content, "{}: {text}", toolchain.name);
            text.trim().to_owned()
        })
        .collect()
}

#[test]
fn a_notice_as_text_leads_to_the_links() {
    let led = format!("{LINK} See {ROWS}");
    let wanted = format!(
        "firing: Footage is shared.\n{led}\nWhat to do: https://runbooks.example/#open\n\n\
         firing: Footage is shared.\n{LINK}\nWhat to do: https://runbooks.example/#open"
    );
    for text in written("text", "text", &[&led, LINK]) {
        assert_eq!(text, wanted);
    }
    for text in written("text", "title", &[LINK]) {
        assert_eq!(text, "FIRING: <b>A & B</b>: Footage is shared.");
    }
}

#[test]
fn a_notice_as_html_leads_to_the_links_and_shows_names_as_they_are() {
    let led = format!("{LINK} See {ROWS}");
    let escaped = ROWS.replace('&', "&amp;").replace('+', "&#43;");
    for text in written("html", "html", &[&led]) {
        assert!(
            text.contains(&format!("<a href=\"{escaped}\">Open the links</a>")),
            "{text}"
        );
        assert!(
            text.contains("&lt;b&gt;A &amp; B&lt;/b&gt; is open."),
            "{text}"
        );
    }
    for text in written("html", "html", &[LINK]) {
        assert!(!text.contains("Open the links"), "{text}");
        assert!(text.contains("<a href=\"https://runbooks.example/#open\">What to do</a>"));
    }
}
