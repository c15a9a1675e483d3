//! One way to check a text: with these strategies, in a world of these files.

use nasaic_dsl::backend::{
    Backend, Extreme, FileFault, ImportedNetwork, NetworkFault, ScriptFault, ScriptFunction,
};
use nasaic_dsl::check::{self, Checked, Program, Setting};
use nasaic_dsl::instance::Instance;
use nasaic_dsl::plan::Block;
use nasaic_dsl::render;
use nasaic_dsl::schema::{Algorithm, Field, FieldType, Schemas, Words, field};
use nasaic_dsl::value::BlockName;
use nasaic_dsl::world::Memory;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The schemas of a build with a strategy of every shape.
pub fn schemas() -> &'static Schemas {
    static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| Schemas::new(algorithms()));
    &SCHEMAS
}

fn algorithms() -> Vec<Algorithm> {
    let count = || FieldType::Integer {
        min: 1,
        max: 1_000_000,
    };
    let share = || FieldType::Number { min: 0.0, max: 1.0 };
    let words = |names: &[&'static str]| {
        FieldType::Choice(
            names
                .iter()
                .map(|n| (Words::Borrowed(*n), Words::Borrowed(*n)))
                .collect(),
        )
    };
    let controller = vec![
        field("kind", words(&["lstm"]), "Its architecture.").or("lstm"),
        field("hidden", count(), "Units of its hidden layer.").or("35"),
        field("optimizer", words(&["rmsprop", "adam"]), "How it learns.").or("rmsprop"),
        field("learning_rate", share(), "How fast.").or("0.99"),
        field("decay", share(), "What the rate is multiplied by.").or("0.5"),
        field("decay_every", count(), "After so many episodes.").or("50"),
    ];
    vec![
        algorithm("random", true, vec![]),
        algorithm(
            "nearest",
            true,
            vec![field("train_designs", count(), "Designs to look up.")],
        ),
        Algorithm {
            groups: vec![(Words::Borrowed("controller"), controller)],
            ..algorithm(
                "reinforce",
                true,
                vec![
                    field("episodes", count(), "Networks proposed.").or("500"),
                    field(
                        "hardware_steps",
                        count(),
                        "Hardware-only steps per episode.",
                    )
                    .or("10"),
                ],
            )
        },
        algorithm(
            "evolution",
            true,
            vec![
                field("population", count(), "Designs alive.").or("32"),
                field("mutation", share(), "Chance of each decision to change.").or("0.1"),
            ],
        ),
        algorithm("local", true, vec![]),
        algorithm("annealing", true, vec![]),
        algorithm("ppo", true, vec![]),
        algorithm(
            "successive",
            true,
            vec![
                field(
                    "order",
                    words(&["network_first", "hardware_first"]),
                    "Which half comes first.",
                )
                .or("network_first"),
                field("share", share(), "Share of the first half.").or("0.5"),
                field("population", count(), "Designs alive.").or("32"),
            ],
        ),
        algorithm(
            "two_level",
            true,
            vec![field("population", count(), "Designs alive.").or("32")],
        ),
        algorithm("exhaustive", true, vec![]),
        algorithm("exact", true, vec![]),
        algorithm(
            "bayesian",
            false,
            vec![
                field("acquisition", words(&["ei", "ucb"]), "What is looked for.").or("ei"),
                field("init", count(), "Random designs at first.").or("64"),
            ],
        ),
        algorithm(
            "gan",
            false,
            vec![field("train_designs", count(), "Designs to learn from.")],
        ),
    ]
}

fn algorithm(name: &'static str, available: bool, mut options: Vec<Field>) -> Algorithm {
    let trained = ["feasible", "always"].map(|n| (Words::Borrowed(n), Words::Borrowed(n)));
    options.push(field(
        "train",
        FieldType::Choice(trained.to_vec()),
        "What is trained.",
    ));
    Algorithm {
        name: Words::Borrowed(name),
        doc: Words::Borrowed("A strategy of the tests."),
        options,
        groups: Vec::new(),
        available,
        feature: None,
    }
}

/// A stand-in for the engine: finds `fn name(a, b)` by eye, takes `dataflow NAME { … }` for a mapping
/// file and `network NAME { … }` for an ONNX file, and knows that nothing beats 1 µs and 1 µJ.
#[derive(Clone, Copy)]
pub struct SmallBackend;

impl Backend for SmallBackend {
    fn script_functions(&self, text: &str) -> Result<Vec<ScriptFunction>, ScriptFault> {
        let mut out = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let Some((before, rest)) = line.split_once("fn ") else {
                continue;
            };
            let fault = || ScriptFault {
                message: "expecting '(' after the name of a function".into(),
                line: index + 1,
                column: before.len() + 4,
            };
            let (name, rest) = rest.split_once('(').ok_or_else(fault)?;
            let (params, _) = rest.split_once(')').ok_or_else(fault)?;
            let arity = params.split(',').filter(|p| !p.trim().is_empty()).count();
            out.push(ScriptFunction {
                name: name.trim().into(),
                arity,
            });
        }
        Ok(out)
    }

    fn dataflows(&self, text: &str, name: &str) -> Result<String, FileFault> {
        match text.lines().position(|line| line.starts_with("Cluster")) {
            None => Ok(text.replace("NAME", name)),
            Some(line) => Err(FileFault {
                message: "nothing is spread over this cluster".into(),
                line: line + 1,
                column: 9,
                hint: "add a SpatialMap".into(),
            }),
        }
    }

    fn network(
        &self,
        file: &[u8],
        name: &str,
        sizes: &BTreeMap<String, u64>,
        lenient: bool,
    ) -> Result<ImportedNetwork, NetworkFault> {
        // Real files stand for the same network.
        let text = std::str::from_utf8(file).unwrap_or(ONNX);
        let fault = |code, message: &str, hint: &str| NetworkFault {
            code,
            message: message.into(),
            hint: hint.into(),
        };
        if text.contains("SIZE") && !sizes.contains_key("sequence") {
            return Err(fault(
                "E0717",
                "it leaves `sequence` open",
                "with { sequence = 128 }",
            ));
        }
        let odd = text.contains("ODD");
        if odd && !lenient {
            let message = "the node `nms` (NonMaxSuppression) cannot become a layer";
            return Err(fault(
                "E0702",
                message,
                "count it as traffic by `with { lenient = true }`",
            ));
        }
        let size = sizes.get("sequence").map_or("8".into(), u64::to_string);
        Ok(ImportedNetwork {
            text: text
                .replace("NAME", name)
                .replace("SIZE", &size)
                .replace("ODD", ""),
            warning: odd.then(|| "Counted as traffic: `NonMaxSuppression` (`nms`).".into()),
        })
    }

    fn best_possible(
        &self,
        _: &Instance,
        _: &BTreeMap<BlockName, Block>,
        metric: &str,
    ) -> Option<Extreme> {
        matches!(metric, "latency" | "energy").then(|| Extreme {
            value: 1e-6,
            most: false,
            why:
                "The smallest network has 1,000,000 MACs, and 1,000 PEs do 1,000 of them per cycle."
                    .into(),
        })
    }
}

const MAPPING: &str = "dataflow NAME {\n  store dram { keep = [W, I, O] }\n  store glb { keep = [W, I, O], size = unlimited }\n}\n";

/// The files that tests may use: the examples, and a few small ones.
pub fn world() -> &'static Memory {
    static WORLD: LazyLock<Memory> = LazyLock::new(files);
    &WORLD
}

/// What the stand-in of the engine takes for a network of a file.
const ONNX: &str = "network NAME {\n  input = [3, 8, 8]\n  conv conv_17 { filters = 192, kernel = 1 }\n  depthwise depthwise_1 { kernel = 3 }\n}\n";

fn files() -> Memory {
    // Examples stand beside each other and use each other.
    let examples = programs(&folder("examples")).into_iter();
    examples
        .fold(Memory::default(), |world, (name, text)| {
            world.with(&format!("{name}.nasaic"), text)
        })
        // Published tables are not part of the repository; a check only asks whether they are there.
        .with("nas-bench-macro-cifar10.csv.gz", "")
        .with("transnas-bench-101-micro.csv.gz", "")
        .with("nasbench201.csv.gz", "")
        .with("accuracies.csv", "params,accuracy\n1e4,0.8\n1e6,0.9\n")
        .with("reward.rhai", "fn reward(acc, ms) { acc - ms }\n")
        .with("notes.txt", "no program\n")
        .with("latin1.nasaic", b"// caf\xe9\n".to_vec())
        .with("ping.nasaic", "use pong.{b}\nlet a = b\n")
        .with("pong.nasaic", "use ping.{a}\nlet b = a\n")
        .with(
            "ran.nasaic",
            "use std.nets.{resnet18}\nuse std.accel.{eyeriss_like}\nlet outcome = evaluate(resnet18, eyeriss_like)\nlet limit = 3 ms\n",
        )
        .with("broken.nasaic", "device d { pes: 4 }\n")
        .with("net.onnx", ONNX)
        .with("open.onnx", ONNX.replace("[3, 8, 8]", "[3, SIZE, SIZE]"))
        .with("odd.onnx", format!("ODD{ONNX}"))
        .with("flow.m", MAPPING)
        .with("odd.m", "Network odd {\nCluster(64, P);\n}\n")
        .with("folder/inner.nasaic", "use neighbour.{limit}\nlet twice = 2 * limit\n")
        .with("folder/neighbour.nasaic", "let limit = 4 ms\n")
}

/// Checks one text and gives what was found, with the messages as a reader sees them.
pub fn check(text: &str) -> (Checked, String) {
    check_file("test.nasaic", text)
}

/// [`check`] under a file's own name.
pub fn check_file(name: &str, text: &str) -> (Checked, String) {
    let mut session = Session::default();
    session.cell(name, text)
}

/// A notebook: what one cell declares, the next one sees.
#[derive(Default)]
pub struct Session {
    /// What has been declared.
    pub program: Program,
}

impl Session {
    /// Checks the next cell.
    pub fn cell(&mut self, name: &str, text: &str) -> (Checked, String) {
        self.set(name, text, &[])
    }

    /// Checks a text with `--set` changes.
    pub fn set(&mut self, name: &str, text: &str, settings: &[&str]) -> (Checked, String) {
        let setting = Setting {
            world: world(),
            schemas: schemas(),
            backend: &SmallBackend,
        };
        let settings: Vec<String> = settings.iter().map(|s| (*s).to_owned()).collect();
        let checked = check::check_with(&mut self.program, setting, name, text, &settings);
        let shown = render::plain(&self.program.sources, &checked.diagnostics);
        (checked, shown)
    }
}

/// The codes of all messages, in the order shown.
pub fn codes(checked: &Checked) -> Vec<&str> {
    checked
        .diagnostics
        .iter()
        .map(|d| d.code.as_str())
        .collect()
}

/// The program left by a text that must be right.
pub fn right(text: &str) -> Program {
    let mut session = Session::default();
    let (checked, shown) = session.cell("test.nasaic", text);
    assert!(!checked.has_errors(), "{text}\n{shown}");
    session.program
}

/// A folder of the repository.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// The `.nasaic` files of a folder by name, with their texts.
pub fn programs(folder: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|e| e == "nasaic"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no programs in {}", folder.display());
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    files
        .iter()
        .map(|path| (name(path), std::fs::read_to_string(path).unwrap()))
        .collect()
}
