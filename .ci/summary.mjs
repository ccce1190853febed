/**
 * Adds up vitest's JSON reports and closes with one line: `node .ci/summary.mjs <folder> [step …]`. The folder has one of its own for
 * each step that runs tests. A step that is named failed; where no test of its reports says so, it counts as one failure itself.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const [folder, ...broken] = process.argv.slice(2);
let passed = 0;
let failed = 0;
const secondTries = [];

/** How many tests of a report failed. */
const add = (file) => {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  // A file that does not load has no test that could fail.
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  );
  for (const { name, message } of unloaded) console.log(`did not load: ${name}\n${message}`);
  for (const { name, assertionResults } of report.testResults) {
    for (const { status, fullName, failureMessages } of assertionResults) {
      // The report keeps what the first try failed with.
      if (status === 'passed' && failureMessages.length > 0)
        secondTries.push({ name, fullName, failureMessages });
    }
  }
  passed += report.numPassedTests;
  return report.numFailedTests + unloaded.length;
};

/** A report that was not written to its end says nothing: its step failed, which is counted below. */
const failuresIn = (file) => {
  try {
    return add(file);
  } catch (error) {
    console.log(`unreadable: ${file}: ${error.message}`);
    return 0;
  }
};

const steps = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
for (const step of steps.filter((entry) => entry.isDirectory())) {
  const files = readdirSync(join(folder, step.name)).map((name) => join(folder, step.name, name));
  const failures = files.reduce((sum, file) => sum + failuresIn(file), 0);
  failed += failures;
  if (failures > 0 && broken.includes(step.name)) broken.splice(broken.indexOf(step.name), 1);
}
for (const name of broken) console.log(`failed: ${name}`);
failed += broken.length;

if (secondTries.length > 0) {
  console.log(`passed at the second try: ${secondTries.length}`);
  for (const { name, fullName, failureMessages } of secondTries) {
    const [reason] = failureMessages[0].split('\n    at ');
    console.log(`  ${relative(process.cwd(), name)} > ${fullName}\n    ${reason.replaceAll('\n', '\n    ')}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;
