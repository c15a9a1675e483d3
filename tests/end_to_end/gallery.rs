//! The gallery shows every view of the language, as its script draws it today.
//!
//! `NASAIC_UPDATE=1 cargo test -p nasaic --test end_to_end gallery` writes the page and its pictures.

use crate::support::{Done, read, run};
use nasaic::dsl::functions::{Function, Group, all};
use nasaic::engine::Part;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Pictures of a page are read and kept by people.
const MOST_BYTES: usize = 60_000;

const HEAD: &str = "\
# Gallery

Every view of the language: what it shows, how to read it, and the script that draws it, to paste
into a file or a notebook cell. Pictures that a page cannot move are shown as a strip of their first
steps. In notebooks most have tooltips and zoom, see [figures](figures.md).

This page and its pictures are written by the test suite from `examples/gallery/`.
";

/// The views in the order of the manual, each once.
fn views() -> Vec<&'static Function> {
    let mut known = BTreeSet::new();
    let views = all().iter().filter(|f| f.group == Group::View);
    views.filter(|f| known.insert(f.name)).collect()
}

/// What the first lines say, and the program below them.
fn parts(text: &str) -> (String, &str) {
    let said: Vec<&str> = (text.lines())
        .map_while(|line| line.strip_prefix("//! "))
        .collect();
    let head: usize = said.iter().map(|line| line.len() + "//! \n".len()).sum();
    (said.join(" "), &text[head..])
}

/// The page's part about a view, and its pictures by file.
fn entry(view: &Function) -> (String, Vec<(String, String)>) {
    let name = view.name;
    let path = format!("examples/gallery/{name}.nasaic");
    let text = read(&path);
    let (said, program) = parts(&text);
    assert!(!said.is_empty(), "{path} does not say how to read the view");
    assert!(
        program.contains(&format!("{name}(")),
        "{path} does not call it"
    );
    let done = run(&path, &text);
    done.results();
    let mut page = format!("\n## {name}\n\n{}\n\n{said}\n\n", view.doc);
    let mut pictures = Vec::new();
    for part in shown(&done) {
        match part {
            Part::Figure(figure) => {
                let file = format!("gallery-{name}.svg");
                let drawn = nasaic::plot::svg(figure).expect("it can be drawn");
                assert!(drawn.len() < MOST_BYTES, "{file}: {} bytes", drawn.len());
                page += &format!("![{}](pictures/{file})\n\n", figure.title);
                pictures.push((file, drawn));
            }
            Part::Text(text) | Part::Report { lines: text, .. } => page += &block(text),
            Part::Table(table) => page += &block(&table.to_string()),
        }
    }
    assert!(pictures.len() <= 1, "{path} draws several pictures");
    page += &format!("```text\n{}```\n", program.trim_start());
    (page, pictures)
}

fn shown(done: &Done) -> impl Iterator<Item = &Part> {
    done.outputs.iter().flat_map(|output| &output.parts)
}

fn block(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
    format!("```text\n{}\n```\n\n", lines.join("\n"))
}

#[test]
fn the_gallery_shows_every_view_as_it_is() {
    let docs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut files = vec![("gallery.md".to_owned(), HEAD.to_owned())];
    for view in views() {
        let (page, pictures) = entry(view);
        files[0].1 += &page;
        files.extend(
            pictures
                .into_iter()
                .map(|(f, drawn)| (format!("pictures/{f}"), drawn)),
        );
    }
    for (file, made) in files {
        let path = docs.join(&file);
        if std::env::var_os("NASAIC_UPDATE").is_some() {
            std::fs::write(&path, &made).expect("a file of the manual");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == made,
            "docs/{file} is not what its script draws; NASAIC_UPDATE=1 writes it"
        );
    }
}

#[test]
fn every_script_of_the_gallery_is_of_a_view() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/gallery");
    let known: BTreeSet<String> = views()
        .iter()
        .map(|v| format!("{}.nasaic", v.name))
        .collect();
    let files = std::fs::read_dir(folder).expect(folder).flatten();
    let files: BTreeSet<String> = files
        .map(|f| f.file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(files, known);
}
