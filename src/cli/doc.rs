//! `nasaic explain` and `nasaic doc`: what messages and words mean.

use super::console::Console;
use super::{Exit, Refusal};
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::names::closest;
use nasaic_dsl::schema::Schemas;
use nasaic_dsl::{explain as pages, functions, reference};

/// The page of a code, or the list of all.
pub fn explain(code: Option<&str>, console: &Console) -> Result<Exit, Refusal> {
    let Some(code) = code else {
        let line = |code: &&str| format!("{code}  {}\n", pages::title(code).unwrap_or_default());
        console.print(&pages::codes().iter().map(line).collect::<String>());
        return Ok(Exit::Done);
    };
    let Some(page) = pages::page(code) else {
        let codes = pages::codes();
        if code.ends_with(".nasaic") {
            let d = Diagnostic::new(
                "E0209",
                format!("it is not said what of `{code}` to explain"),
            );
            let hint = format!("name a result of it: `nasaic explain {code} RESULT`");
            return Err(d.hint(hint).into());
        }
        let mut d = Diagnostic::new("E0201", format!("there is no message `{code}`"));
        d.notes = families(&codes);
        return Err(guessed(
            d,
            code,
            &codes,
            "`nasaic explain` lists them with their titles",
        )
        .into());
    };
    console.print(&format!("{}\n", page.trim_end()));
    Ok(Exit::Done)
}

/// The codes, those of one subject on a line.
fn families(codes: &[&str]) -> Vec<String> {
    let subject = |code: &str| code.get(1..3).map(str::to_owned);
    let lines = codes.chunk_by(|a, b| subject(a) == subject(b));
    lines.map(|line| line.join(" ")).collect()
}

/// What a word of the language means, or the list of all words.
pub fn doc(name: Option<&str>, console: &Console) -> Result<Exit, Refusal> {
    let schemas = nasaic_engine::schemas();
    let Some(name) = name else {
        console.print(&words(&schemas));
        return Ok(Exit::Done);
    };
    let Some(text) = reference::doc(&schemas, name) else {
        let kinds = schemas.kinds().iter().map(|k| k.name);
        let actions = functions::all().iter().map(|f| f.name);
        let algorithms = schemas.algorithms().iter().map(|a| a.name.as_ref());
        let known: Vec<&str> = kinds.chain(actions).chain(algorithms).collect();
        let d = Diagnostic::new("E0201", format!("nothing is called `{name}`"))
            .note("Block kinds, functions and strategies have a description.");
        return Err(guessed(d, name, &known, "`nasaic doc` lists all names").into());
    };
    console.print(&format!("{}\n", text.trim_end()));
    Ok(Exit::Done)
}

fn guessed(d: Diagnostic, word: &str, known: &[&str], otherwise: &str) -> Diagnostic {
    match closest(word, known.iter().copied()) {
        Some(guess) => d.hint(format!("did you mean `{guess}`?")),
        None => d.hint(otherwise),
    }
}

/// All words with a sentence each.
fn words(schemas: &Schemas) -> String {
    let kinds = schemas.kinds().iter().map(|k| (k.name, k.doc));
    let actions = functions::all().iter().map(|f| (f.name, f.doc));
    let algorithms = schemas
        .algorithms()
        .iter()
        .map(|a| (a.name.as_ref(), a.doc.as_ref()));
    [
        section("Block kinds", kinds.collect()),
        section("Functions", actions.collect()),
        section("Strategies (`algorithm = …`)", algorithms.collect()),
    ]
    .join("\n")
}

fn section(title: &str, words: Vec<(&str, &str)>) -> String {
    let width = words.iter().map(|w| w.0.len()).max().unwrap_or(0);
    let lines = words
        .iter()
        .map(|(word, doc)| format!("  {word:<width$}  {doc}\n"));
    format!("{title}\n{}", lines.collect::<String>())
}
