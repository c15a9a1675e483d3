// Opens a script and a notebook in a real JupyterLab and looks at the colours.
//
//   python3 -m venv lab && lab/bin/pip install jupyterlab
//   npm install playwright-core
//   JUPYTER=lab/bin/jupyter-lab CHROMIUM=/usr/bin/chromium node editors/jupyterlab/check.mjs
//
// Run it where playwright-core is installed. Nothing outside of a new temporary folder changes.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const { chromium } = createRequire(join(process.cwd(), "package.json"))("playwright-core");
const here = dirname(fileURLToPath(import.meta.url));
const port = process.env.PORT ?? "8917";
const home = mkdtempSync(join(tmpdir(), "nasaic-lab-"));

const script = `/// Documented.
network tiny {            // a comment
  input = [3, 8, 8]
  conv { filters in {8, 16}, kernel = 3 }
}
let clock = 64 GB/s
script s """
fn f(x) { x }
"""
let r = evaluate(tiny, a)
`;

function notebook() {
  const cell = (source) => ({ cell_type: "code", id: `c${source.length}`, metadata: {}, source, outputs: [], execution_count: null });
  const language_info = { name: "nasaic", mimetype: "text/x-nasaic", file_extension: ".nasaic" };
  return { cells: [cell(script), cell("%%rust\nlet mut conv = 3;\n")], metadata: { language_info }, nbformat: 4, nbformat_minor: 5 };
}

/** The words of an editor with the classes that colour them. */
const words = (page, editor) => page.$$eval(`${editor} .cm-line span`, (all) => all.map((s) => [s.textContent, s.className]));

/** The class of a word, which must be coloured. */
function colour(all, word) {
  const found = all.find(([text, style]) => text.trim() === word && style);
  if (!found) throw new Error(`${word} has no colour in ${JSON.stringify(all)}`);
  return found[1];
}

function judge(all) {
  const classes = ["network", "filters", "let", "64", "GB/s", "// a comment", "/// Documented."].map((w) => colour(all, w));
  const [network, filters, keyword, number] = classes;
  const distinct = new Set([network, filters, keyword, number]);
  if (distinct.size < 4) throw new Error(`kinds, fields, keywords and numbers look alike: ${classes}`);
  if (!all.some(([text]) => text.includes("fn f(x)"))) throw new Error("the script is not one string");
}

async function until(what, attempt) {
  for (let i = 0; i < 240; i += 1) {
    const value = await attempt().catch(() => null);
    if (value) return value;
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Error(`waited in vain for ${what}`);
}

mkdirSync(join(home, "share/jupyter/labextensions"), { recursive: true });
mkdirSync(join(home, "work"));
cpSync(join(here, "nasaic-highlight"), join(home, "share/jupyter/labextensions/nasaic-highlight"), { recursive: true });
writeFileSync(join(home, "work/w.nasaic"), script);
writeFileSync(join(home, "work/n.ipynb"), JSON.stringify(notebook()));

const lab = spawn(process.env.JUPYTER ?? "jupyter-lab", [
  "--no-browser", "--allow-root", "--ip=127.0.0.1", `--port=${port}`, "--ServerApp.port_retries=0",
  "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True", `--ServerApp.root_dir=${join(home, "work")}`,
], { env: { ...process.env, HOME: home, JUPYTER_PATH: join(home, "share/jupyter"), JUPYTER_CONFIG_DIR: join(home, "config") }, stdio: "ignore" });
let browser;
try {
  const url = `http://127.0.0.1:${port}/lab`;
  await until("JupyterLab", () => fetch(url).then((r) => r.ok));
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  page.on("console", (message) => message.type() === "error" && console.error("page:", message.text()));
  await page.goto(`${url}/tree/w.nasaic`, { timeout: 120000 });
  await page.waitForSelector(".jp-FileEditor .cm-line", { timeout: 120000 });
  await until("colours in the file", async () => (await words(page, ".jp-FileEditor")).length > 5);
  judge(await words(page, ".jp-FileEditor"));
  await page.goto(`${url}/tree/n.ipynb`, { timeout: 120000 });
  await page.waitForSelector(".jp-Notebook .cm-line", { timeout: 120000 });
  await until("colours in the notebook", async () => (await words(page, ".jp-Notebook")).length > 5);
  const all = await words(page, ".jp-Notebook");
  judge(all);
  if (colour(all, "mut") === colour(all, "network")) throw new Error("a cell in Rust is not coloured as Rust");
  if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT });
  console.log(`${all.length} coloured words in the notebook; kinds, fields, units, comments and Rust are told apart`);
} finally {
  await browser?.close();
  lab.kill();
  await new Promise((done) => lab.once("exit", done));
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}
