//! `report`: what is shared, asked for once, for a person, a spreadsheet, a program or a mail. What could not
//! be seen is said in each form and by the exit status: an unread list is never a clean report.

mod cells;
mod fail_on;
mod html;
mod listing;
mod text;
mod totals;

use std::io::{self, IsTerminal};

use super::asked;
use super::look::{Seen, look};
use super::output;
use super::status::Status;
use crate::cli::{ReportArgs, ReportOutput};
use crate::clock::Clock;
use crate::config::{self, Config, Environment};
use crate::view::{Filter, Reader, Row, Rows, Shares, csv};
use fail_on::FailOn;
use listing::Screen;
use totals::Totals;

/// A look with the links that were asked for.
struct Report<'a> {
    filter: &'a Filter,
    config: &'a Config,
    seen: &'a Seen,
    rows: &'a [Row<'a>],
    totals: Totals<'a>,
}

pub(super) async fn run(args: &ReportArgs, env: &Environment) -> anyhow::Result<()> {
    let loaded = config::load(&args.config, env, Clock::system().now())?;
    output::warn(&loaded.warnings);
    let filter = &args.filters.0;
    let config = asked::narrowed(&loaded.config, filter)?;
    let fail_on = FailOn::read(&args.fail_on, &config.policy.policy)?;
    let seen = look(&config, env, None).await?;
    asked::check_organizations(&seen, filter)?;
    let mut found = Rows::new(&seen.snapshot, &config.policy.policy, filter);
    let rows = args.sort.part(&mut found.rows, 0..usize::MAX);
    let report = Report {
        totals: Totals::new((&seen, &config), filter, (rows, found.total)),
        filter,
        config: &config,
        seen: &seen,
        rows,
    };
    output::print(report.written(args.output, env)?)?;
    report.end(args.output, &fail_on)
}

impl Report<'_> {
    fn written(&self, output: ReportOutput, env: &Environment) -> anyhow::Result<String> {
        let reader = Reader {
            sees_addresses: true,
            policy: &self.config.policy.policy,
        };
        Ok(match output {
            ReportOutput::Table => text::text(self, screen(env)),
            ReportOutput::Json => {
                let shares =
                    Shares::new((&self.seen.snapshot, self.filter), self.rows, None, reader);
                serde_json::to_string_pretty(&shares)? + "\n"
            }
            ReportOutput::Csv => String::from_utf8(csv(self.rows, reader))?,
            ReportOutput::Html => html::page(self)?,
        })
    }

    /// Says what the exit status will be, and why.
    fn end(&self, output: ReportOutput, fail_on: &FailOn<'_>) -> anyhow::Result<()> {
        let broken = fail_on.check(self.rows);
        if self.totals.not_seen.is_empty() {
            return Ok(broken?);
        }
        if let Err(status) = broken {
            output::complain(format_args!("rhombus-share-exporter: {status}"));
        }
        // The table has said it on stdout.
        if output != ReportOutput::Table || !io::stdout().is_terminal() {
            for it in &self.totals.not_seen {
                let line = output::escaped(&it.to_string());
                output::complain(format_args!("not seen: {line}"));
            }
        }
        let text = "not everything could be seen: what the report says is not all";
        Err(Status::NotAllSeen(text.to_owned()).into())
    }
}

/// What stdout is.
fn screen(env: &Environment) -> Screen {
    let stdout = io::stdout();
    if !stdout.is_terminal() {
        return Screen::default();
    }
    let size = rustix::termios::tcgetwinsize(&stdout).ok();
    let width = size.map(|size| usize::from(size.ws_col));
    let is_plain = env.get_os("NO_COLOR").is_some_and(|it| !it.is_empty())
        || env.get_os("TERM").is_none_or(|it| it == "dumb");
    Screen {
        width: width.filter(|width| *width > 0),
        has_colours: !is_plain,
    }
}
