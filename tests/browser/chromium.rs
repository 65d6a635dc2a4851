//! The real Chromium, told what to do by its own protocol over a pipe: what a person does at it, and what it
//! has to say about a page. It has no display.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// Far longer than anything takes that is not broken, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];

/// Chromium reads from descriptor 3 and writes to 4: they are those that the shell was given as 0 and 1.
const ON_PIPES: &str = r#"exec chromium "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;

/// A Chromium with one page, ended when dropped.
pub(crate) struct Chromium {
    child: Child,
    commands: ChildStdin,
    messages: Receiver<Value>,
    /// What was said that nobody has asked for yet.
    events: Vec<Value>,
    session: Value,
    last: u64,
    _profile: tempfile::TempDir,
}

impl Chromium {
    /// Starts one with a page that is empty, of the width of a large window.
    pub(crate) fn start() -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut child = Command::new("sh")
            .args(["-c", ON_PIPES, "sh", "--remote-debugging-pipe"])
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, messages) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for message in output.split(0).map_while(Result::ok) {
                let message = serde_json::from_slice(&message).expect("JSON");
                if send.send(message).is_err() {
                    return;
                }
            }
        });
        let mut chromium = Self {
            commands: child.stdin.take().unwrap(),
            child,
            messages,
            events: Vec::new(),
            session: Value::Null,
            last: 0,
            _profile: profile,
        };
        let target = chromium.call("Target.createTarget", json!({"url": "about:blank"}));
        let target = json!({"targetId": target["targetId"], "flatten": true});
        chromium.session = chromium.call("Target.attachToTarget", target)["sessionId"].clone();
        for domain in ["Page", "Runtime", "Log"] {
            chromium.call(&format!("{domain}.enable"), json!({}));
        }
        chromium.is_wide(1300);
        chromium
    }

    /// Has a method done, and gives what came of it.
    pub(crate) fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.last += 1;
        let id = self.last;
        let mut command = json!({"id": id, "method": method, "params": parameters});
        if self.session.is_string() {
            command["sessionId"] = self.session.clone();
        }
        let sent = self.commands.write_all(format!("{command}\0").as_bytes());
        sent.expect("chromium reads (`make test` installs it)");
        loop {
            let message = self.next_message(method);
            if message["id"] == id {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    fn next_message(&self, what: &str) -> Value {
        let message = self.messages.recv_timeout(PATIENCE);
        message.unwrap_or_else(|error| panic!("{what}: {error} (`make test` installs chromium)"))
    }

    /// Waits until the page that comes next is whole; what was said before is heard no more.
    fn loaded(&mut self) {
        let is_it = |event: &Value| event["method"] == "Page.loadEventFired";
        while !self.events.iter().any(is_it) {
            let message = self.next_message("a page");
            self.events.push(message);
        }
        self.events.retain(|event| !is_it(event));
    }

    /// Opens an address.
    pub(crate) fn open(&mut self, url: &str) {
        self.events.clear();
        let opened = self.call("Page.navigate", json!({"url": url}));
        assert!(opened["errorText"].is_null(), "{url}: {opened}");
        self.loaded();
    }

    /// Does what leads to another page, and waits for it.
    pub(crate) fn follow(&mut self, what: impl FnOnce(&mut Self)) {
        self.events.clear();
        what(self);
        self.loaded();
    }

    /// What it has said on its console since the page was opened: errors, and what a policy forbade.
    pub(crate) fn console(&mut self) -> Vec<String> {
        // What it had to say before this answer has come.
        self.evaluate("0");
        let heard = [
            "Runtime.consoleAPICalled",
            "Runtime.exceptionThrown",
            "Log.entryAdded",
            "Page.javascriptDialogOpening",
        ];
        let events = self.events.iter();
        let heard = events.filter(|it| it["method"].as_str().is_some_and(|it| heard.contains(&it)));
        heard.map(|event| event["params"].to_string()).collect()
    }

    /// The value of an expression on the page. A promise is waited for.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let answer = self.call("Runtime.evaluate", asked);
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].clone()
    }

    /// The same of an expression that gives a text.
    pub(crate) fn text(&mut self, expression: &str) -> String {
        let value = self.evaluate(expression);
        let text = value.as_str();
        text.unwrap_or_else(|| panic!("{expression}: {value}"))
            .to_owned()
    }

    /// The page as it stands.
    pub(crate) fn html(&mut self) -> String {
        self.text("document.documentElement.outerHTML")
    }

    /// Presses a key and lets it go.
    pub(crate) fn press(&mut self, key: &str, code: u32) {
        let text = if key == "Enter" { "\r" } else { "" };
        let pressed = json!({
            "type": if text.is_empty() { "rawKeyDown" } else { "keyDown" },
            "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text,
        });
        self.call("Input.dispatchKeyEvent", pressed);
        let released =
            json!({"type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": code});
        self.call("Input.dispatchKeyEvent", released);
    }

    /// Types into what has the focus.
    pub(crate) fn types(&mut self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Makes its window so wide, in CSS pixels.
    pub(crate) fn is_wide(&mut self, width: u32) {
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// Shows pages as on paper or a screen (`print`, `screen`), for eyes that want it `light` or `dark`.
    pub(crate) fn shows(&mut self, media: &str, scheme: &str) {
        let scheme = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call(
            "Emulation.setEmulatedMedia",
            json!({"media": media, "features": scheme}),
        );
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
