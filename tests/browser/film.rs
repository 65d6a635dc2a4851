//! A film of pages: what they look like, with a caption below and a pointer that moves. Where no directory is given
//! for its frames, everything is done and looked for all the same, and nothing is kept.

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::chromium::Chromium;

/// From one frame to the next where something moves.
const MOVES: u32 = 60;
/// How many frames the pointer takes to a place.
const STEPS: u32 = 7;
/// How many frames it takes to scroll. Each is a whole picture, and so they are few.
const SCROLLS: u32 = 2;

/// A window, in CSS pixels, and how many of the picture's each of them has.
#[derive(Clone, Copy)]
pub(crate) struct View {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) scale: f64,
}

/// Puts the caption and the pointer on the page, which has no scripts or styles but its own: what is set by the
/// browser's own protocol is no part of it, and so not forbidden.
const DRESS: &str = "((text, x, y) => {
  const add = (id, css) => {
    const old = document.getElementById(id);
    if (old) return old;
    const it = document.createElement('div');
    it.id = id;
    it.style.cssText = css;
    return document.body.appendChild(it);
  };
  const caption = add('film-caption', 'position:fixed;z-index:9;left:0;right:0;bottom:0;height:60px;background:#16191f;\
    color:#fff;font:600 24px/60px system-ui,sans-serif;text-align:center;white-space:nowrap');
  caption.textContent = text;
  const pointer = add('film-pointer', 'position:fixed;z-index:10;width:30px;height:40px');
  if (!pointer.firstChild) {
    const space = 'http://www.w3.org/2000/svg';
    const svg = pointer.appendChild(document.createElementNS(space, 'svg'));
    const arrow = svg.appendChild(document.createElementNS(space, 'path'));
    svg.setAttribute('viewBox', '-2 -2 24 32');
    arrow.setAttribute('d', 'M0 0V24L5.5 19 9.5 28 14 26 10 17H17.5Z');
    for (const [name, value] of [['fill', '#16191f'], ['stroke', '#fff'], ['stroke-width', '2']])
      arrow.setAttribute(name, value);
  }
  pointer.style.left = x + 'px';
  pointer.style.top = y + 'px';
  return [caption.scrollWidth, caption.clientWidth];
})";

pub(crate) struct Film {
    pub(crate) chromium: Chromium,
    directory: Option<PathBuf>,
    frames: u32,
    caption: String,
    pointer: (f64, f64),
}

impl Film {
    pub(crate) fn new(directory: Option<PathBuf>, view: View) -> Self {
        let mut chromium = Chromium::start();
        let View {
            width,
            height,
            scale,
        } = view;
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": false});
        chromium.call("Emulation.setDeviceMetricsOverride", size);
        Self {
            chromium,
            directory,
            frames: 0,
            caption: String::new(),
            // Where a page has nothing.
            pointer: (f64::from(width) * 0.9, 200.0),
        }
    }

    pub(crate) fn open(&mut self, url: &str) {
        self.chromium.open(url);
    }

    /// What is written below from now on. It has to fit.
    pub(crate) fn caption(&mut self, text: &str) {
        self.caption = text.to_owned();
        self.dress();
    }

    fn dress(&mut self) {
        let (x, y) = self.pointer;
        let text = json!(self.caption);
        let size = self
            .chromium
            .evaluate(&format!("{DRESS}({text}, {x}, {y})"));
        assert!(
            size[0].as_i64() <= size[1].as_i64(),
            "{text} is too long: {size}"
        );
    }

    /// Shows what is there for so long.
    pub(crate) fn holds(&mut self, millis: u32) {
        self.dress();
        self.frames += 1;
        self.keeps(&format!("{:04}-{millis}", self.frames));
    }

    /// Keeps what is there by this name, as it is.
    pub(crate) fn keeps(&mut self, name: &str) {
        let Some(directory) = &self.directory else {
            return;
        };
        let file = directory.join(format!("{name}.png"));
        let picture = self.chromium.call("Page.captureScreenshot", json!({}));
        let picture = BASE64_STANDARD.decode(picture["data"].as_str().unwrap());
        fs::write(file, picture.unwrap()).unwrap();
    }

    /// Where an element is: its middle, which has to be in sight.
    fn middle(&mut self, element: &str) -> (f64, f64) {
        let place = format!(
            "(it => {{ const box = it.getBoundingClientRect(); \
             const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]; \
             return [x, y, it.contains(document.elementFromPoint(x, y))]; }})({element})"
        );
        let place = self.chromium.evaluate(&place);
        assert_eq!(place[2], true, "{element} can not be seen: {place}");
        (place[0].as_f64().unwrap(), place[1].as_f64().unwrap())
    }

    fn points_at(&mut self, element: &str) {
        // Out of the way, for what is below it to be seen.
        self.chromium
            .evaluate("document.getElementById('film-pointer').style.left = '-99px'");
        let (x, y) = self.middle(element);
        let (from_x, from_y) = self.pointer;
        for step in eased(STEPS) {
            let on_the_way = |from: f64, to: f64| (from + (to - from) * step).round();
            self.pointer = (on_the_way(from_x, x), on_the_way(from_y, y));
            self.holds(MOVES);
        }
        self.holds(250);
    }

    /// Moves the pointer to a control that leads to another page, and does what it does.
    pub(crate) fn clicks(&mut self, element: &str) {
        self.points_at(element);
        self.chromium.follow(|it| {
            it.evaluate(&format!("({element}).click()"));
        });
    }

    /// Chooses one of a list.
    pub(crate) fn chooses(&mut self, name: &str, value: &str) {
        let element = format!("document.querySelector('select[name={name}]')");
        self.points_at(&element);
        let chosen = format!("(it => {{ it.value = '{value}'; return it.value; }})({element})");
        assert_eq!(self.chromium.evaluate(&chosen), value);
        self.holds(500);
    }

    /// Draws a ring round an element, until the page is left.
    pub(crate) fn marks(&mut self, element: &str) {
        let ring = format!("({element}).style.outline = '4px solid #b3141d'");
        self.chromium.evaluate(&ring);
    }

    /// Takes the pointer out of sight, until it is needed again.
    pub(crate) fn hides_pointer(&mut self) {
        self.pointer = (-99.0, -99.0);
    }

    /// Scrolls this far down.
    pub(crate) fn scrolls(&mut self, pixels: u32) {
        let from = self.chromium.evaluate("scrollY").as_f64().unwrap();
        for step in eased(SCROLLS) {
            let to = from + f64::from(pixels) * step;
            self.chromium.evaluate(&format!("scrollTo(0, {to})"));
            self.holds(MOVES);
        }
    }

    /// Shows a page that is plain text from this line on, as large as what else is shown.
    pub(crate) fn shows_from(&mut self, line: &str) {
        let shown = format!(
            "(it => {{ it.textContent = it.textContent.slice(it.textContent.indexOf({})); \
             it.style.cssText = 'font-size:17px;line-height:1.5;white-space:pre;margin:1rem 1.5rem'; \
             return it.textContent; }})(document.querySelector('pre'))",
            json!(line)
        );
        let shown = self.chromium.text(&shown);
        assert!(
            shown.starts_with(line),
            "no {line:?} in what ends in {shown}"
        );
    }
}

/// How much of a movement is done in each of its frames: slow, fast, slow.
fn eased(frames: u32) -> impl Iterator<Item = f64> {
    (1..=frames).map(move |frame| {
        let done = f64::from(frame) / f64::from(frames);
        done * done * (3.0 - 2.0 * done)
    })
}
