//! `nasaic import`: files of other tools as blocks of the language.

use super::args::{Import, Layers};
use super::console::Console;
use super::files::Text;
use super::{Exit, Refusal};
use nasaic_cost::accelergy::{Part, Problem, Role, Roles};
use nasaic_dsl::backend::FileFault;
use nasaic_dsl::diagnostic::Diagnostic;
use nasaic_dsl::names;
use nasaic_dsl::source::Sources;
use nasaic_dsl::units::{self, Dim};
use nasaic_engine::import::{self, Workload};
use std::collections::BTreeMap;
use std::path::Path;

/// What the command line calls each role.
const ROLES: [(&str, Role); 5] = [
    ("dram", Role::Dram),
    ("shared", Role::Shared),
    ("pe", Role::Element),
    ("mac", Role::Mac),
    ("noc", Role::Noc),
];

/// Prints what a file says; its ending says what it is.
pub fn import(asked: &Import, console: &Console) -> Result<Exit, Refusal> {
    if let Some(layers) = &asked.layers {
        return layers_of(layers, console);
    }
    let file = asked.file.as_deref().unwrap_or(Path::new("-"));
    if file.extension().is_some_and(|e| e == "onnx") {
        let (text, warning) = network(asked, file)?;
        if let Some(warning) = warning {
            console.note(&warning);
        }
        console.print(&text);
        return Ok(Exit::Done);
    }
    let text = Text::read(file)?;
    let ending = text.name.rsplit_once('.').map_or("", |(_, e)| e);
    let out = match ending {
        "m" => dataflows(asked, &text),
        "yaml" | "yml" => technology(asked, &text),
        _ => Err(Diagnostic::new(
            "E0705",
            format!("`{}` is of no kind that can be imported", text.name),
        )
        .note("The ending decides what a file is.")
        .hint("give a mapping file of MAESTRO (`.m`), an energy table of Accelergy (`.yaml`) or a network (`.onnx`)")
        .into()),
    };
    console.print(&out?);
    Ok(Exit::Done)
}

/// Prints the layers of workload files.
fn layers_of(layers: &Layers, console: &Console) -> Result<Exit, Refusal> {
    let (Layers::Timeloop(asked) | Layers::Zigzag(asked) | Layers::Maestro(asked)) = layers;
    let texts: Result<Vec<Text>, Refusal> = asked.files.iter().map(|f| Text::read(f)).collect();
    let texts = texts?;
    let stem = |text: &Text| match &asked.name {
        Some(name) => names::identifier(name),
        // `conv1.prob.yaml` is `conv1`.
        None => names::stem(text.name.split(".prob.").next().unwrap_or(&text.name)),
    };
    let workloads = match layers {
        Layers::Timeloop(_) => {
            let files: Vec<(String, String)> = texts
                .iter()
                .map(|text| {
                    let name = text.name.split(".prob.").next().unwrap_or(&text.name);
                    (names::stem(name), text.text.clone())
                })
                .collect();
            let name = texts.first().map(stem).unwrap_or_default();
            // A layer and its workload cannot share a name.
            let name = match &asked.name {
                Some(_) => name,
                None => format!("{name}_workload"),
            };
            let read = import::timeloop(&files, &name);
            vec![read.map_err(|(file, fault)| refusal(&texts[file], fault))?]
        }
        Layers::Zigzag(_) => each(&texts, |text| import::zigzag(&text.text, &stem(text)))?,
        Layers::Maestro(_) => each(&texts, |text| import::maestro(&text.text, &stem(text)))?,
    };
    for (index, workload) in workloads.iter().enumerate() {
        if index > 0 {
            console.print("\n");
        }
        console.print(&workload.text);
    }
    Ok(Exit::Done)
}

/// Reads files one by one.
fn each(
    texts: &[Text],
    read: impl Fn(&Text) -> Result<Workload, FileFault>,
) -> Result<Vec<Workload>, Refusal> {
    let one = |text: &Text| read(text).map_err(|fault| refusal(text, fault));
    texts.iter().map(one).collect()
}

fn dataflows(asked: &Import, text: &Text) -> Result<String, Refusal> {
    import::dataflows(&text.text, &name(asked, text)).map_err(|fault| refusal(text, fault))
}

/// The text of a network, and what of it counts as traffic.
fn network(asked: &Import, file: &Path) -> Result<(String, Option<String>), Refusal> {
    let shown = file.display().to_string();
    let file = std::fs::read(file).map_err(|e| -> Refusal {
        Diagnostic::new("E0705", format!("`{shown}` cannot be read"))
            .note(format!("{e}."))
            .hint("check that the file is there and that you may read it")
            .into()
    })?;
    let mut sizes = BTreeMap::new();
    for given in &asked.sizes {
        let size = given
            .split_once('=')
            .and_then(|(n, v)| Some((n, v.trim().parse().ok()?)));
        let (name, size) = size.ok_or_else(|| -> Refusal {
            Diagnostic::new("E0705", format!("`--with {given}` was not understood"))
                .hint("write such as `--with batch=1`")
                .into()
        })?;
        sizes.insert(name.trim().to_owned(), size);
    }
    let name = match &asked.name {
        Some(name) => names::identifier(name),
        None => names::stem(&shown),
    };
    let made =
        import::network(&file, &name, &sizes, asked.lenient).map_err(|fault| -> Refusal {
            let hint = match fault
                .hint
                .strip_prefix("with { ")
                .and_then(|h| h.strip_suffix(" }"))
            {
                Some(open) => {
                    let words = open
                        .split(", ")
                        .map(|size| format!("--with {}", size.replace(' ', "")));
                    format!("add `{}`", words.collect::<Vec<_>>().join(" "))
                }
                None => fault.hint,
            };
            Diagnostic::new(
                fault.code,
                format!("`{shown}` cannot be imported: {}", fault.message),
            )
            .hint(hint)
            .into()
        })?;
    Ok((made.text, made.warning))
}

fn technology(asked: &Import, ert: &Text) -> Result<String, Refusal> {
    let art = asked.art.as_deref().map(Text::read).transpose()?;
    let parts = asked.roles.iter().map(|role| part(role));
    let roles = Roles {
        parts: parts.collect::<Result<_, _>>()?,
        word_bits: asked.word_bits,
    };
    let art_text = art.as_ref().map(|art| art.text.as_str());
    import::technology(&name(asked, ert), &ert.text, art_text, &roles).map_err(|problem| {
        let of_art = art.filter(|_| problem.file == "ART");
        refusal(of_art.as_ref().unwrap_or(ert), fault(problem))
    })
}

fn name(asked: &Import, text: &Text) -> String {
    match &asked.name {
        Some(name) => names::identifier(name),
        None => names::stem(&text.name),
    }
}

fn fault(problem: Problem) -> FileFault {
    FileFault {
        message: problem.cause,
        line: problem.line.unwrap_or(0),
        column: 1,
        hint: problem.hint,
    }
}

/// The message about a file, with its text.
fn refusal(text: &Text, fault: FileFault) -> Refusal {
    let mut sources = Sources::default();
    let source = sources.add(&text.name, &text.text);
    let diagnostics = vec![fault.diagnostic(&sources, source)];
    Refusal {
        sources,
        diagnostics,
    }
}

/// `buffer=shared`, `buffer=shared,size=128KiB,word=64bit`.
fn part(text: &str) -> Result<Part, Refusal> {
    let wrong = |why: String| -> Refusal {
        Diagnostic::new("E0705", format!("`--role {text}` was not understood"))
            .note(why)
            .hint("write such as `--role buffer=shared` or `--role buffer=shared,size=128KiB,word=64bit`")
            .into()
    };
    let (component, rest) = text
        .split_once('=')
        .ok_or_else(|| wrong("A component and its role are joined by `=`.".into()))?;
    let mut words = rest.split(',');
    let role = words.next().unwrap_or_default();
    let known = ROLES.iter().find(|(name, _)| *name == role);
    let (_, role) = *known.ok_or_else(|| {
        let names: Vec<&str> = ROLES.iter().map(|r| r.0).collect();
        wrong(format!("`{role}` is none of {}.", names.join(", ")))
    })?;
    let mut part = Part {
        component: component.to_owned(),
        role,
        word_bits: None,
        bytes: None,
    };
    for word in words {
        let amount = word
            .split_once('=')
            .and_then(|(key, amount)| Some((key, bits(amount)?)));
        match amount {
            Some(("size", bits)) => part.bytes = Some(bits / 8),
            Some(("word", bits)) => part.word_bits = u32::try_from(bits).ok(),
            _ => return Err(wrong(format!("`{word}` is neither `size=…` nor `word=…`."))),
        }
    }
    Ok(part)
}

/// The bits of an amount of data such as `128KiB`.
fn bits(text: &str) -> Option<u64> {
    let text = text.trim();
    let unit = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(unit);
    let scale = units::parse(unit.trim()).filter(|s| s.dim == Dim::DATA)?;
    let bits = scale.to_base(number.parse().ok()?) * 8.0;
    (bits.fract() == 0.0 && (1.0..9e15).contains(&bits)).then_some(bits as u64)
}
