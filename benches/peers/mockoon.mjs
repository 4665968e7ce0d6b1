// Makes what Mockoon imported from the contract answer its examples, and refuse what the API refuses: by itself it answers with empty values of the schema.
// Usage: mockoon.mjs IMPORTED

import { readFile, writeFile } from 'node:fs/promises';

const [file] = process.argv.slice(2);
const environment = JSON.parse(await readFile(file, 'utf8'));
const withoutText = { target: 'body', modifier: 'text', value: '', invert: false, operator: 'null' };

for (const route of environment.routes) {
  const examples = route.responses.filter((response) => response.label === 'answer');
  if (examples.length === 0) continue;
  for (const response of examples) {
    response.default = response.statusCode < 300;
    response.rules = response.default ? [] : [withoutText];
    // They are what they are: no templates to look for.
    response.disableTemplating = true;
    response.headers = response.headers.filter(({ key }) => key === 'Content-Type');
    response.body = JSON.stringify(JSON.parse(response.body));
  }
  route.responses = examples;
}
await writeFile(file, JSON.stringify(environment));
