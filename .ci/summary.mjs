/** Adds up vitest's JSON reports and closes with one line: `node .ci/summary.mjs report.json …` */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

let passed = 0;
let failed = 0;
const secondTries = [];
for (const file of process.argv.slice(2)) {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  // A file that does not load has no test that could fail.
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  );
  for (const { name, message } of unloaded) console.log(`did not load: ${name}\n${message}`);
  failed += unloaded.length;
  for (const { name, assertionResults } of report.testResults) {
    for (const { status, fullName, failureMessages } of assertionResults) {
      // The report keeps what the first try failed with.
      if (status === 'passed' && failureMessages.length > 0)
        secondTries.push({ name, fullName, failureMessages });
    }
  }
}
if (secondTries.length > 0) {
  console.log(`passed at the second try: ${secondTries.length}`);
  for (const { name, fullName, failureMessages } of secondTries) {
    const [reason] = failureMessages[0].split('\n    at ');
    console.log(`  ${relative(process.cwd(), name)} > ${fullName}\n    ${reason.replaceAll('\n', '\n    ')}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;
