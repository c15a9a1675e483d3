//! A folder of its own for each test, and the program run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Three designs and two quick strategies; it shows nothing.
pub const FRUGAL: &str = "\
use std.nets.{resnet18}
use std.accel.{eyeriss_like}

/// As little energy as possible.
problem frugal {
  workload = resnet18
  on = eyeriss_like with { core.pes in {64, 128, 256} }
  require latency <= 1 s
  minimize energy
}

strategy quick { algorithm = random, evaluations = 2, seed = 1 }
strategy every { algorithm = exhaustive }
";

/// What a run of the program gave.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// A folder that is gone after the test.
pub struct Scratch {
    folder: tempfile::TempDir,
}

impl Scratch {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A folder with a `frugal.nasaic` that ends in `more`.
    pub fn frugal(more: &str) -> Self {
        Self::new().with("frugal.nasaic", format!("{FRUGAL}{more}"))
    }

    pub fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), content).unwrap();
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names of the files in a folder, in alphabetical order.
    pub fn list(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> = entries
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The program with some arguments, not started yet.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(Path::new(env!("CARGO_BIN_EXE_nasaic")));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_remove("NO_COLOR");
        command
    }

    /// Runs the program with arguments separated by blanks.
    pub fn run(&self, args: &str) -> Ran {
        let args: Vec<&str> = args.split_whitespace().collect();
        self.run_args(&args)
    }

    pub fn run_args(&self, args: &[&str]) -> Ran {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(args).output().unwrap();
        Ran {
            code: status.code().unwrap_or(-1),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }
}
