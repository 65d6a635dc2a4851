//! What holds of every page, in every window: nothing is said about it, it fits, axe finds nothing, and each
//! control can be reached by the keyboard.

use std::fs;

use serde_json::Value;

use crate::chromium::Chromium;
use crate::common::KEY;

/// Telephones held upright, a tablet, where tables begin to be tables, and a large window, in CSS pixels.
pub(crate) const WIDTHS: [u32; 5] = [320, 400, 820, 1121, 1300];

/// What is asked of axe: all of WCAG 2.2 to its level AA, and what is good practice.
const RULES: &str =
    r#"{runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}"#;

/// Opens a page and holds it to all of this.
pub(crate) fn hold(chromium: &mut Chromium, url: &str) {
    chromium.open(url);
    hold_here(chromium);
}

/// The same of the page that is open.
pub(crate) fn hold_here(chromium: &mut Chromium) {
    says_nothing(chromium);
    for width in WIDTHS {
        chromium.is_wide(width);
        fits(chromium, width);
    }
    for (width, scheme) in [
        (400, "light"),
        (400, "dark"),
        (1300, "light"),
        (1300, "dark"),
    ] {
        chromium.is_wide(width);
        chromium.shows("screen", scheme);
        is_accessible(chromium);
    }
    chromium.shows("screen", "light");
    // Where least is shown.
    chromium.is_wide(400);
    can_be_reached(chromium);
    chromium.is_wide(1300);
    can_be_printed(chromium);
    says_nothing(chromium);
}

/// Nothing on the console, no script, and no secret.
fn says_nothing(chromium: &mut Chromium) {
    let html = chromium.html();
    assert_eq!(chromium.console(), [""; 0]);
    assert_eq!(chromium.evaluate("document.scripts.length"), 0);
    assert!(!html.contains(KEY), "{html}");
}

/// Nothing reaches beyond the window.
pub(crate) fn fits(chromium: &mut Chromium, width: u32) {
    let wide = chromium.evaluate("document.documentElement.scrollWidth");
    let widest = "[...document.querySelectorAll('body *')].filter(it => \
                  it.getBoundingClientRect().right > WIDTH + 1).map(it => it.outerHTML.slice(0, 99))";
    if wide != width {
        panic!(
            "{width}: the page is {wide} wide: {}",
            chromium.evaluate(&widest.replace("WIDTH", &width.to_string()))
        );
    }
}

/// What axe finds, each with where.
pub(crate) fn is_accessible(chromium: &mut Chromium) {
    let found = findings(chromium);
    assert_eq!(found, [""; 0], "{}", chromium.text("location.href"));
}

/// The findings of axe: what is wrong, and what it can't decide, but for contrasts: of what overlaps something
/// it never can, and each colour is seen elsewhere too.
pub(crate) fn findings(chromium: &mut Chromium) -> Vec<String> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/target/tools/axe-core/axe.min.js"
    );
    let axe = fs::read_to_string(path).expect("axe-core (`make test` downloads it)");
    if chromium.evaluate("typeof axe") == "undefined" {
        chromium.evaluate(&format!("{axe}; 0"));
    }
    let run = format!(
        "axe.run(document, {RULES}).then(it => it.violations.concat(it.incomplete.filter(rule => rule.id != 'color-contrast')).flatMap(rule => \
         rule.nodes.map(node => `${{rule.id}}: ${{node.html}}: ${{node.failureSummary}}`)))"
    );
    let Value::Array(found) = chromium.evaluate(&run) else {
        panic!("axe gives no list")
    };
    found
        .iter()
        .map(|it| it.as_str().unwrap().to_owned())
        .collect()
}

/// What can have the focus, in the order of the page.
const CONTROLS: &str = "[...document.querySelectorAll('a[href], button, select, summary, \
                        input:not([type=hidden])')]";

/// Each control has the focus in turn, in the order of the page, where it can be seen and is marked.
fn can_be_reached(chromium: &mut Chromium) {
    chromium.evaluate("document.activeElement.blur()");
    assert_eq!(
        chromium.evaluate("document.querySelectorAll('[tabindex]').length"),
        0
    );
    let count = chromium
        .evaluate(&format!("{CONTROLS}.length"))
        .as_u64()
        .unwrap();
    assert!(count > 4, "{count}");
    for place in 0..count {
        chromium.press("Tab", 9);
        let held = format!(
            "(() => {{ const it = document.activeElement, box = it.getBoundingClientRect(), \
             style = getComputedStyle(it); \
             return [{CONTROLS}.indexOf(it), box.width > 5 && box.height > 5, style.outlineStyle]; }})()"
        );
        let held = chromium.evaluate(&held);
        assert_eq!(
            held[0],
            place,
            "{}",
            chromium.text("document.activeElement.outerHTML")
        );
        assert_eq!(
            held[1],
            true,
            "{}",
            chromium.text("document.activeElement.outerHTML")
        );
        assert_ne!(
            held[2],
            "none",
            "{}",
            chromium.text("document.activeElement.outerHTML")
        );
    }
}

/// On paper: what is written is there, and forms are not.
fn can_be_printed(chromium: &mut Chromium) {
    chromium.shows("print", "dark");
    let shown = "(it => it ? getComputedStyle(it).display : 'none')";
    for gone in ["nav", "form", ".do", ".files"] {
        let found = chromium.evaluate(&format!("{shown}(document.querySelector('{gone}'))"));
        assert_eq!(found, "none", "{gone}");
    }
    let colours = "(it => it.backgroundColor + it.color)(getComputedStyle(document.body))";
    assert_eq!(chromium.text(colours), "rgb(255, 255, 255)rgb(0, 0, 0)");
    // A4 between its margins.
    chromium.is_wide(718);
    fits(chromium, 718);
    chromium.is_wide(1300);
    let printed = chromium.call("Page.printToPDF", serde_json::json!({}));
    // A PDF begins with these bytes in base64.
    assert!(printed["data"].as_str().unwrap().starts_with("JVBERi0"));
    chromium.shows("screen", "light");
}
