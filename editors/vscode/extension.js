// Starts `nasaic lsp` for the .nasaic scripts of a window.
const { workspace, window } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

async function activate() {
  const command = workspace.getConfiguration("nasaic").get("path", "nasaic");
  const server = { command, args: ["lsp"] };
  // Cells of notebooks see each other in the kernel only, so they are left to it.
  const documentSelector = [{ scheme: "file", language: "nasaic" }, { scheme: "untitled", language: "nasaic" }];
  client = new LanguageClient("nasaic", "nasaic", server, { documentSelector });
  try {
    await client.start();
  } catch (error) {
    window.showWarningMessage(`"${command} lsp" did not start; colours work without it. Set "nasaic.path" to the program. (${error.message})`);
  }
}

function deactivate() {
  return client?.stop();
}

module.exports = { activate, deactivate };
