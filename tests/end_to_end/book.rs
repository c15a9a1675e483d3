//! The manual as a whole: every page has its place in the contents, and every link leads somewhere.
//!
//! With `NASAIC_UPDATE=1` the contents' list of diagnostics is written anew.

use crate::support::read;
use std::path::{Component, Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The Markdown files below a folder, as paths from it, in order.
fn pages(folder: &Path, below: &str, out: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder.join(below))
        .expect(below)
        .flatten()
    {
        let name = entry.file_name().into_string().expect("a plain name");
        let path = match below {
            "" => name.clone(),
            _ => format!("{below}/{name}"),
        };
        if entry.path().is_dir() {
            pages(folder, &path, out);
        } else if name.ends_with(".md") {
            out.push(path);
        }
    }
    out.sort();
}

/// The targets of the links of a text that are files, without what follows `#`.
fn targets(text: &str) -> Vec<String> {
    let mut fenced = false;
    let mut out = Vec::new();
    for line in text.lines() {
        fenced ^= line.trim_start().starts_with("```");
        for link in line.split("](").skip(1).filter(|_| !fenced) {
            let target = link.split(')').next().unwrap_or_default();
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") && !file.contains(' ') {
                out.push(file.to_owned());
            }
        }
    }
    out
}

#[test]
fn every_page_has_its_place_in_the_contents() {
    let path = root().join("docs/SUMMARY.md");
    let mut summary = read("docs/SUMMARY.md");
    let mut all = Vec::new();
    pages(&root().join("docs"), "", &mut all);
    all.retain(|page| page != "SUMMARY.md");
    if std::env::var_os("NASAIC_UPDATE").is_some() {
        let (head, _) = summary
            .split_once("# Diagnostics\n")
            .expect("its last part");
        let mut fresh = format!("{head}# Diagnostics\n\n");
        for page in all.iter().filter(|page| page.starts_with("errors/")) {
            let text = read(&format!("docs/{page}"));
            let title = text
                .lines()
                .next()
                .unwrap_or_default()
                .trim_start_matches("# ");
            fresh.push_str(&format!("- [{title}]({page})\n"));
        }
        std::fs::write(&path, &fresh).expect("written");
        summary = fresh;
    }
    let mut listed = targets(&summary);
    listed.sort();
    assert_eq!(
        listed, all,
        "left: docs/SUMMARY.md, right: the pages of docs/; NASAIC_UPDATE=1 lists new diagnostics"
    );
}

#[test]
fn every_link_of_the_pages_leads_to_a_file() {
    let mut all = vec![
        "README.md".to_owned(),
        "ARCHITECTURE.md".to_owned(),
        "CONTRIBUTING.md".to_owned(),
    ];
    let mut docs = Vec::new();
    pages(&root().join("docs"), "", &mut docs);
    all.extend(docs.iter().map(|page| format!("docs/{page}")));
    let mut dead = Vec::new();
    for page in all {
        let folder = Path::new(&page).parent().expect("a folder").to_owned();
        for target in targets(&read(&page)) {
            let to = folder.join(&target);
            let inside = to.components().fold(0, |depth, part| match part {
                Component::ParentDir => depth - 1,
                _ => depth + 1,
            });
            if inside < 0 || !root().join(&to).exists() {
                dead.push(format!("{page}: there is no {target}"));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}
