// Asks the mock for what its peers are to answer, and writes what they start from: the contract with these answers as its examples, and WireMock's stubs;
// besides, a scenario of `pilot-status-load` for each call.
// Usage: answers.mjs MOCK DIRECTORY

import { mkdir, writeFile } from 'node:fs/promises';

const [mock, directory] = process.argv.slice(2);
const key = 'ps_demo_meta';
const text = { destinationNumber: '+5511988887777', text: 'Oi' };

const ask = async (method, path, body) => {
  const headers = { 'x-api-key': key, ...(body && { 'content-type': 'application/json' }) };
  const answer = await fetch(mock + path, { method, headers, body: body && JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
};
const template = (i) => ({ destinationNumber: `+55119${10_000_000 + i}`, templateId: 'boas_vindas', variables: { nome: 'Ana' } });

const { body: sent } = await ask('POST', '/v1/messages/send', text);
for (let i = 0; i < 100; i++) await ask('POST', '/v1/messages/send', template(i));
const { id } = sent;

// What is measured. A tool is refused by the API (all its arguments are in order), a request by its schema: that is all that Prism can refuse.
const calls = [
  { name: 'message_get', arguments: { id }, method: 'GET', path: `/v1/messages/${id}`, route: '/v1/messages/{id}' },
  { name: 'conversations_list', arguments: { pageSize: 100 }, method: 'GET', path: '/v1/conversations?pageSize=100', route: '/v1/conversations' },
  { name: 'messages_send', arguments: text, method: 'POST', path: '/v1/messages/send', body: text },
  {
    name: 'messages_send_refused',
    tool: 'messages_send',
    arguments: { ...template(0), templateId: 'none' },
    method: 'POST',
    path: '/v1/messages/send',
    body: { destinationNumber: text.destinationNumber },
  },
];
const contract = (await ask('GET', '/openapi.json')).body;
const stubs = [];
for (const call of calls) {
  const { method, path, route = path } = call;
  call.answer = await ask(method, path, call.body);
  const { status, body } = call.answer;
  const content = contract.paths[route][method.toLowerCase()].responses[status].content['application/json'];
  content.examples = { answer: { value: body } };
  // More specific ones go first: without a text a send is refused.
  const bodyPatterns = call.body && [{ matchesJsonPath: call.body.text ? '$.text' : { expression: '$.text', absent: '(absent)' } }];
  stubs.push({
    request: { method, url: path, headers: { 'x-api-key': { equalTo: key } }, bodyPatterns },
    response: { status, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
  });
}

await mkdir(`${directory}/wiremock/mappings`, { recursive: true });
await writeFile(`${directory}/wiremock/mappings/stubs.json`, JSON.stringify({ mappings: stubs }, null, 2));
await writeFile(`${directory}/openapi.json`, JSON.stringify(contract));
await writeFile(`${directory}/calls.json`, JSON.stringify(calls, null, 2));

// The same key on both sides, and arguments of the tool: a body over REST is made of them. JSON is YAML, too.
await mkdir(`${directory}/scenarios`, { recursive: true });
for (const { name, tool = name, arguments: values, body, answer } of calls) {
  const expect = { mcp: answer.status >= 400 ? 'TEMPLATE_NOT_FOUND' : undefined, rest: answer.body.code };
  for (const transport of ['mcp', 'rest']) {
    const call = { tool, arguments: (transport === 'rest' && body) || values, expect: expect[transport] };
    const scenario = { version: 1, transport, credentials: { meta: { env: 'NO_OTHER_KEY', demo: key } }, mix: [{ share: 1, calls: [call] }] };
    await writeFile(`${directory}/scenarios/${transport}.${name}.yaml`, JSON.stringify(scenario, null, 2));
  }
}
