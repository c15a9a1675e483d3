//! Telling Jupyter of the kernel: a folder with a `kernel.json` that names this program.

use crate::Target;
use nasaic_host::files::reason;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

/// The logo in the sizes and formats that front ends look for.
const LOGOS: &[(&str, &[u8])] = &[("logo-svg.svg", include_bytes!("../kernelspec/logo-svg.svg"))];

/// Writes the kernel's folder.
pub fn install(target: &Target) -> Result<ExitCode, String> {
    let folder = target.folder()?;
    let program = env::current_exe()
        .map_err(|e| format!("this program does not find itself: {}", reason(&e)))?;
    let spec = format!("{:#}\n", spec(&program));
    let failed = |e: std::io::Error| {
        let shown = folder.display();
        format!(
            "`{shown}` cannot be written: {}\n  = hint: choose another place with --user, --sys-prefix or --prefix",
            reason(&e)
        )
    };
    fs::create_dir_all(&folder).map_err(failed)?;
    let files = LOGOS.iter().copied();
    for (name, bytes) in files.chain([("kernel.json", spec.as_bytes())]) {
        nasaic_host::files::write(&folder.join(name), bytes).map_err(failed)?;
    }
    println!(
        "installed the kernel `{}` in {}",
        target.name,
        folder.display()
    );
    println!("start a notebook with: jupyter lab");
    Ok(ExitCode::SUCCESS)
}

/// Removes the kernel's folder, if it is one of ours.
pub fn uninstall(target: &Target) -> Result<ExitCode, String> {
    let folder = target.folder()?;
    let shown = folder.display();
    let spec = match fs::read_to_string(folder.join("kernel.json")) {
        Ok(text) => text,
        Err(_) => return Err(format!("there is no kernel in `{shown}`")),
    };
    let spec: Value = serde_json::from_str(&spec).unwrap_or_default();
    if spec["language"] != "nasaic" {
        return Err(format!(
            "the kernel in `{shown}` is another one; nothing was removed"
        ));
    }
    fs::remove_dir_all(&folder)
        .map_err(|e| format!("`{shown}` cannot be removed: {}", reason(&e)))?;
    println!("removed {shown}");
    Ok(ExitCode::SUCCESS)
}

/// The description that comes along, with this program's own place in it.
fn spec(program: &Path) -> Value {
    let mut spec: Value =
        serde_json::from_str(include_str!("../kernelspec/kernel.json")).unwrap_or_default();
    spec["argv"] = json!([program, "{connection_file}"]);
    spec
}

impl Target {
    fn folder(&self) -> Result<PathBuf, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if self.name.is_empty() || !self.name.chars().all(plain) || self.name.starts_with('.') {
            return Err(format!(
                "`{}` cannot be the name of a kernel: letters, digits, `-`, `_` and `.` can",
                self.name
            ));
        }
        let kernels = match (&self.prefix, self.sys_prefix) {
            (Some(prefix), _) => prefix.join("share/jupyter/kernels"),
            (None, true) => active_python()?.join("share/jupyter/kernels"),
            (None, false) => user_folder()?.join("kernels"),
        };
        Ok(kernels.join(&self.name))
    }
}

/// The environment that is active in this shell.
fn active_python() -> Result<PathBuf, String> {
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"]
        .into_iter()
        .find_map(env::var_os);
    active.map(PathBuf::from).ok_or_else(|| {
        "no Python environment is active\n  = hint: activate one, or give --user or --prefix DIR"
            .to_owned()
    })
}

/// Jupyter's folder of this user.
fn user_folder() -> Result<PathBuf, String> {
    if let Some(folder) = env::var_os("JUPYTER_DATA_DIR") {
        return Ok(folder.into());
    }
    let home = env::var_os("HOME").map(PathBuf::from);
    let home = home.ok_or("there is no home folder: the variable HOME is not set")?;
    Ok(match env::var_os("XDG_DATA_HOME") {
        _ if cfg!(target_os = "macos") => home.join("Library/Jupyter"),
        Some(data) => PathBuf::from(data).join("jupyter"),
        None => home.join(".local/share/jupyter"),
    })
}
