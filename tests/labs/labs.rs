//! The labs as files, and the programs that work on them.

use crate::notebook::changed;
use serde::Deserialize;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

/// A lab.
pub struct Lab {
    /// Such as `01_units`.
    pub name: String,
    /// `notebooks/`.
    pub folder: PathBuf,
}

/// A submission with a mistake.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrong {
    /// What the mistake is.
    pub name: String,
    /// Texts of the solution's code, and what stands there instead.
    pub replace: Vec<(String, String)>,
    /// Parts of what the student is told.
    pub says: Vec<String>,
    /// What is left.
    pub points: u64,
}

#[derive(Deserialize)]
struct Submissions {
    submission: Vec<Wrong>,
}

/// `notebooks/`.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("notebooks")
}

/// All labs; `NASAIC_LAB=01` takes those alone whose names begin so.
pub fn all() -> Vec<Lab> {
    let wanted = std::env::var("NASAIC_LAB").unwrap_or_default();
    let mut names: Vec<String> = fs::read_dir(folder().join("source"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter_map(|n| n.strip_suffix(".nasaic").map(str::to_owned))
        .filter(|n| n.starts_with(&wanted))
        .collect();
    names.sort();
    let folder = folder();
    let lab = |name| Lab {
        name,
        folder: folder.clone(),
    };
    names.into_iter().map(lab).collect()
}

impl Lab {
    /// Its source.
    pub fn source(&self) -> String {
        self.file("source", ".nasaic")
    }

    /// What students get.
    pub fn student(&self) -> String {
        self.file(".", ".ipynb")
    }

    /// What teachers get.
    pub fn solution(&self) -> String {
        self.file("solutions", ".ipynb")
    }

    /// What is graded.
    pub fn checks(&self) -> String {
        self.file("checks", ".check.nasaic")
    }

    fn file(&self, folder: &str, ending: &str) -> String {
        let path = self
            .folder
            .join(folder)
            .join(format!("{}{ending}", self.name));
        path.to_str().unwrap().to_owned()
    }

    /// Its wrong submissions.
    pub fn wrong(&self) -> Vec<Wrong> {
        let path = self.file("wrong", ".toml");
        let text = fs::read_to_string(&path).unwrap();
        let all: Submissions = toml::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"));
        all.submission
    }

    /// Writes a wrong submission; answers where.
    pub fn write_wrong(&self, wrong: &Wrong, folder: &Path, n: usize) -> String {
        let text = fs::read_to_string(self.solution()).unwrap();
        let text = changed(&text, &wrong.replace).unwrap_or_else(|missing| {
            panic!(
                "{}: {}: `{missing}` is not in the solution's code",
                self.name, wrong.name
            )
        });
        let path = folder.join(format!("{n}.ipynb"));
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

/// Calls the program.
pub fn nasaic(args: &[&str]) -> Output {
    LazyLock::force(&KERNEL);
    let program = env!("CARGO_BIN_EXE_nasaic");
    Command::new(program).args(args).output().unwrap()
}

/// The kernel beside the program: another package, which `cargo test` does not make by itself.
/// `NASAIC_KERNEL=built` takes the one that is there.
static KERNEL: LazyLock<()> = LazyLock::new(|| {
    if std::env::var("NASAIC_KERNEL").is_ok_and(|way| way == "built") {
        return;
    }
    let program = Path::new(env!("CARGO_BIN_EXE_nasaic"));
    let profile = program.parent().unwrap().file_name().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "-p", "nasaic-kernel", "--profile"]);
    cargo.arg(if profile == "debug" {
        "dev".as_ref()
    } else {
        profile
    });
    cargo
        .arg("--target-dir")
        .arg(program.parent().unwrap().parent().unwrap());
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    assert!(
        cargo.status().unwrap().success(),
        "the kernel cannot be built"
    );
});

/// Grades notebooks against a lab's checks. All of a lab share a store, as no mistake changes most
/// of what is evaluated.
pub fn grade(lab: &Lab, notebooks: &[String], more: &[&str]) -> Value {
    let checks = lab.checks();
    let store = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.db", lab.name));
    let mut args: Vec<&str> = vec!["grade"];
    args.extend(notebooks.iter().map(String::as_str));
    args.extend([
        "--against",
        &checks,
        "--json",
        "--store",
        store.to_str().unwrap(),
    ]);
    args.extend(more);
    let output = nasaic(&args);
    let text = String::from_utf8(output.stdout).unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}\n{told}"))
}

/// How many holes a script has, and the codes of all that its check says.
pub fn holes(script: &str) -> (usize, Vec<String>) {
    let file = tempfile::Builder::new()
        .suffix(".nasaic")
        .tempfile_in(folder())
        .unwrap();
    fs::write(file.path(), script).unwrap();
    let checked = nasaic(&["check", "--json", file.path().to_str().unwrap()]);
    let messages: Value = serde_json::from_slice(&checked.stdout).unwrap();
    let messages = messages.as_array().unwrap().iter();
    let codes: Vec<String> = messages
        .map(|m| m["code"].as_str().unwrap().to_owned())
        .collect();
    (script.lines().map(holes_of).sum(), codes)
}

/// The holes of a line: `?` outside texts and comments.
fn holes_of(line: &str) -> usize {
    // Every other piece between quotation marks is a text.
    let code: String = line.split('"').step_by(2).collect();
    code.split("//")
        .next()
        .unwrap_or_default()
        .matches('?')
        .count()
}

/// All that a student is told.
pub fn said(sheet: &Value) -> String {
    let mut out = String::new();
    for check in sheet["checks"].as_array().unwrap() {
        for part in ["message", "reason"] {
            if check["passed"] == false
                && let Some(text) = check[part].as_str()
            {
                out.push_str(text);
                out.push('\n');
            }
        }
    }
    for cell in sheet["cells"].as_array().unwrap() {
        out.push_str(cell["text"].as_str().unwrap());
        out.push('\n');
    }
    out
}
