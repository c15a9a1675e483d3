// JupyterLab with the kernel in a real browser: node check.mjs URL FOLDER
// Runs the notebook of notebook.py as a user does, checks what is seen, and leaves pictures.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const [url, folder] = process.argv.slice(2);
const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = process.env.CHROMIUM ?? browsers.find(existsSync);
assert(executablePath, "no Chromium is installed");

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1280, height: 1100 } });
page.setDefaultTimeout(60_000);

const picture = (name) => page.screenshot({ path: `${folder}/${name}.png` });
const cell = (index) => page.locator(".jp-Notebook .jp-Cell").nth(index);
const done = (text) => console.log(`ok  ${text}`);

// A cell that is out of sight is not drawn.
async function select(index) {
  await cell(index).scrollIntoViewIfNeeded();
  await cell(index).locator(".cm-content").click();
}

// Runs a cell and waits until its prompt has a number.
async function run(index, wait = true) {
  await select(index);
  await page.keyboard.press("Control+Enter");
  if (wait) {
    await cell(index).locator(".jp-InputPrompt").filter({ hasText: /\[\d+\]/ }).waitFor();
  }
}

try {
  await page.goto(url);
  await page.locator(".jp-Notebook .jp-CodeCell .cm-content").first().waitFor();
  await page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").waitFor();
  done("the notebook opens with its kernel");

  await select(1);
  const colours = await cell(1).locator(".cm-line span").evaluateAll((spans) => {
    const seen = {};
    for (const span of spans) seen[span.textContent] = getComputedStyle(span).color;
    return seen;
  });
  const plain = await cell(1).locator(".cm-content").evaluate((e) => getComputedStyle(e).color);
  const coloured = Object.entries(colours).filter(([, colour]) => colour !== plain);
  assert(coloured.length > 10, `little is highlighted: ${JSON.stringify(colours)}`);
  assert(new Set(coloured.map(([, colour]) => colour)).size >= 3, "one colour for everything");
  done(`${coloured.length} words are highlighted`);

  await run(1);
  await run(2, false);
  const bar = cell(2).locator(".jp-OutputArea-output");
  await bar.first().waitFor();
  await picture("progress");
  await cell(2).locator(".jp-InputPrompt").filter({ hasText: /\[\d+\]/ }).waitFor();
  const report = await cell(2).locator(".jp-OutputArea").innerText();
  assert.match(report, /latency/i);
  const heads = await cell(2).locator(".jp-OutputArea-output th").allInnerTexts();
  assert(heads.some((head) => /^bandwidth \(.+\)$/.test(head)), `no units in ${heads}`);
  await cell(2).locator(".jp-OutputArea-output table").first().scrollIntoViewIfNeeded();
  await picture("report");
  done("a search runs with its progress, and its best design is shown");

  await run(3);
  const drawn = cell(3).locator(".jp-OutputArea-output svg, .jp-OutputArea-output canvas");
  await drawn.first().waitFor();
  await page.waitForTimeout(1000);
  await drawn.first().scrollIntoViewIfNeeded();
  await picture("picture");
  done("a picture is drawn");

  await run(4);
  const error = await cell(4).locator(".jp-OutputArea").innerText();
  assert.match(error, /error\[E\d{4}\]/);
  assert.match(error, /latency/);
  await picture("error");
  done("an error marks its place and has a hint");

  await run(5, false);
  await cell(5).locator(".jp-OutputArea-output").first().waitFor();
  await page.waitForTimeout(700);
  const before = Date.now();
  await page.keyboard.press("Escape");
  await page.keyboard.press("i");
  await page.keyboard.press("i");
  await cell(5).locator(".jp-InputPrompt").filter({ hasText: /\[\d+\]/ }).waitFor();
  const interrupted = await cell(5).locator(".jp-OutputArea").innerText();
  assert.match(interrupted, /Interrupted|stopped/);
  await picture("interrupt");
  done(`an interrupt ends a search after ${Date.now() - before} ms and keeps its best`);

  await select(6);
  await page.keyboard.type("accelerator a {\n  sub core { pe");
  await page.keyboard.press("Tab");
  const completer = page.locator(".jp-Completer, .jp-Completer-list");
  const typed = () => cell(6).locator(".cm-content").innerText();
  await Promise.race([
    completer.first().waitFor(),
    page.waitForFunction(() => document.querySelector(".jp-Notebook")?.textContent.includes("pes = ")),
  ]);
  await picture("completion");
  if (!(await typed()).includes("pes")) await page.keyboard.press("Enter");
  assert.match(await typed(), /pes = /);
  done("Tab completes a field");

  await page.keyboard.press("Control+a");
  await page.keyboard.type("search");
  await page.keyboard.press("Shift+Tab");
  await page.locator(".jp-Tooltip").waitFor();
  assert.match(await page.locator(".jp-Tooltip").innerText(), /strategy/i);
  await picture("inspection");
  done("Shift+Tab explains a word");

  await page.keyboard.press("Escape");
  for (const item of ["Settings", "Theme", "JupyterLab Dark"]) {
    await page.locator(".lm-MenuBar-itemLabel, .lm-Menu-itemLabel").getByText(item, { exact: true }).click();
  }
  await page.locator("body[data-jp-theme-light='false']").waitFor({ state: "attached" });
  const table = cell(2).locator(".jp-OutputArea-output table").first();
  await table.scrollIntoViewIfNeeded();
  await page.waitForTimeout(1000);
  const [ink, paper] = await table.evaluate((e) => [
    getComputedStyle(e).color,
    getComputedStyle(document.querySelector(".jp-Notebook")).backgroundColor,
  ]);
  assert.notEqual(ink, paper);
  await picture("report-dark");
  done("tables can be read in the dark theme");
} catch (failure) {
  await picture("failure");
  throw failure;
} finally {
  await browser.close();
}
