//! The section `web`: which users may see details of links. Who they are is in the web server's own
//! file, which is read apart from this one; `check` holds the one against the other.

use std::collections::BTreeSet;

use serde_saphyr::Spanned;

use super::credentials::Reader;
use super::describe::text;
use super::file::Text;
use super::problem::{ConfigError, Report};
use super::schema::{self, section};
use super::value::quoted;

section! {
    /// As it is written.
    WebFile {
        /// The users, of basic_auth_users in the web configuration file, who may see details of links; without
        /// this, all of them.
        share_viewers: Spanned<Vec<Text>> =
            schema::list(schema::not_empty("expected the name of a user")).with("uniqueItems", true);
    }
}

/// What is said of the web server's users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebSection {
    /// Those who may see details of links. Empty: all who have logged in.
    pub share_viewers: BTreeSet<String>,
}

/// The section as it will run.
pub(super) fn resolve(reader: &mut Reader<'_>, file: &WebFile) -> WebSection {
    let mut section = WebSection::default();
    let Some(list) = &file.share_viewers else {
        return section;
    };
    if list.value.is_empty() {
        reader.report.problem(
            reader.source.place(list, "web.share_viewers"),
            "the list is empty: name the users who may see details of links, delete the line to let \
             all of basic_auth_users see them, or start with --web.shares=off to let nobody",
        );
    }
    for (index, name) in list.value.iter().enumerate() {
        let key = format!("web.share_viewers[{index}]");
        reader.value(&key, Some(name), |name| {
            if name.is_empty() {
                Err("expected the name of a user".to_owned())
            } else if section.share_viewers.insert(name.to_owned()) {
                Ok(())
            } else {
                Err("it is there twice: delete one".to_owned())
            }
        });
    }
    section
}

impl WebSection {
    /// Holds the section against the users of the web configuration file; none: there is no such file.
    /// Gives what is not wrong, and should be known.
    ///
    /// # Errors
    /// Where somebody is named who is no user.
    pub fn check(&self, users: Option<&[String]>) -> Result<Option<String>, ConfigError> {
        let Some(users) = users else {
            let warning = "nobody can see details of links: web.share_viewers names users, and there is \
                           no --web.config.file with a password for them in its basic_auth_users";
            return Ok((!self.share_viewers.is_empty()).then(|| warning.to_owned()));
        };
        let mut report = Report::default();
        let strangers = self.share_viewers.iter();
        for name in strangers.filter(|name| !users.contains(name)) {
            let name = quoted(name);
            report.problem(
                "web.share_viewers",
                format_args!(
                    "{name}: expected a user of --web.config.file: add that name with a password to \
                     its basic_auth_users, or delete it here"
                ),
            );
        }
        report.finish_with(None).map(|(none, _)| none)
    }
}

/// The section as a file for the same would have it; empty where nothing is said in it.
pub(super) fn describe(section: &WebSection) -> String {
    if section.share_viewers.is_empty() {
        return String::new();
    }
    let names: Vec<_> = section.share_viewers.iter().map(|it| text(it)).collect();
    format!("web:\n  share_viewers: [{}]\n", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_viewer_must_be_a_user_where_the_users_are_known() {
        let section = WebSection {
            share_viewers: ["ann", "bob", "eve"].map(str::to_owned).into(),
        };
        let users = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let all = users(&["ann", "bob", "eve", "prometheus"]);
        assert_eq!(section.check(Some(&all)), Ok(None));
        let error = section.check(Some(&users(&["bob", "Ann"]))).unwrap_err();
        let lines: Vec<_> = error.to_string().lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 2, "{error}");
        assert!(lines[0].starts_with("web.share_viewers: `ann`: "));
        assert!(lines[1].starts_with("web.share_viewers: `eve`: "));
        let warning = section.check(None).unwrap().unwrap();
        assert!(warning.contains("--web.config.file"), "{warning}");
        for users in [None, Some(&[][..])] {
            assert_eq!(WebSection::default().check(users), Ok(None));
        }
    }
}
