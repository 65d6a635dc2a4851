//! What is made from the definition of the command line: the manual pages, and what a shell needs to complete
//! a command. Nothing is written twice, so that a new flag or command is in all of them.

use std::io;

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use super::Cli;
use crate::build_info;

/// The section of programs.
const SECTION: &str = "1";

/// One manual page, in the language of `man`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManualPage {
    /// Such as `rhombus-share-exporter-policy-list.1`.
    pub file_name: String,
    /// Its text.
    pub text: String,
}

/// The page of the program, then one of each command that `--help` lists, however deep it is.
///
/// # Errors
/// When one can't be rendered.
pub fn manual() -> io::Result<Vec<ManualPage>> {
    // Who wants help of a command reads its page.
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    let mut pages = Vec::new();
    add_pages(&root, &mut pages)?;
    Ok(pages)
}

/// The script by which `shell` completes commands and flags.
pub fn completions(shell: Shell) -> String {
    let mut root = Cli::command();
    let name = root.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut root, &name, &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        Shell::Bash => with_one_name(&script, &name),
        _ => script,
    }
}

/// Of a program with a hyphen in its name, clap_complete 4.6 writes the name in two ways, so that bash would
/// complete nothing after a command (clap-rs/clap#6421).
fn with_one_name(script: &str, name: &str) -> String {
    let [wrong, right] = ["__subcmd__", "__"].map(|for_hyphen| name.replace('-', for_hyphen));
    script.replace(&wrong, &right)
}

fn add_pages(command: &clap::Command, pages: &mut Vec<ManualPage>) -> io::Result<()> {
    pages.push(page(command)?);
    let mut below = command.get_subcommands().filter(|it| !it.is_hide_set());
    below.try_for_each(|command| add_pages(command, pages))
}

fn page(command: &clap::Command) -> io::Result<ManualPage> {
    let man = Man::new(command.clone())
        .section(SECTION)
        .source(format!("rhombus-share-exporter {}", build_info::VERSION))
        .manual("User Commands");
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    let mut text = String::from_utf8_lossy(&text).into_owned();
    if let Some(notes) = command.get_after_help() {
        text.push_str(&as_it_is("NOTES", &notes.to_string()));
    }
    Ok(ManualPage {
        file_name: man.get_filename(),
        text,
    })
}

/// A section whose lines stay as they are: the examples in them are to be copied.
fn as_it_is(heading: &str, text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.replace('\\', "\\e").replace('-', "\\-");
        // What begins so would be a request.
        let guard = if line.starts_with(['.', '\'']) {
            "\\&"
        } else {
            ""
        };
        format!("{guard}{line}\n")
    });
    let lines: String = lines.collect();
    format!(".SH {heading}\n.nf\n{lines}.fi\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_as_they_are_and_are_no_requests() {
        let section = as_it_is("NOTES", ".so /etc/passwd\n'x' \\n --flag");
        let expected = ".SH NOTES\n.nf\n\\&.so /etc/passwd\n\\&'x' \\en \\-\\-flag\n.fi\n";
        assert_eq!(section, expected);
    }

    #[test]
    fn each_command_has_a_page_and_a_hidden_one_has_none() {
        let root = clap::Command::new("a")
            .subcommand(clap::Command::new("b").subcommand(clap::Command::new("c")))
            .subcommand(clap::Command::new("d").hide(true));
        let mut root = root.disable_help_subcommand(true);
        root.build();
        let mut pages = Vec::new();
        add_pages(&root, &mut pages).unwrap();
        let names: Vec<_> = pages.iter().map(|page| page.file_name.as_str()).collect();
        assert_eq!(names, ["a.1", "a-b.1", "a-b-c.1"]);
    }
}
