// A server of the TypeScript SDK with the tools of the contract, before an API. It says where it listens.
// Usage: typescript.mjs UPSTREAM TOOLS (a file with the answer to `tools/list`)

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { Pool } from 'undici';

const [upstream, definitions] = process.argv.slice(2);
const pool = new Pool(upstream, { connections: 128 });
const { tools } = JSON.parse(await readFile(definitions, 'utf8'));
const answer = await pool.request({ path: '/openapi.json', method: 'GET' });
const contract = await answer.body.json();

const resolved = (it) => (it.$ref ? it.$ref.split('/').slice(1).reduce((at, name) => at[name], contract) : it);

// What it takes to call each tool: method, path, where arguments go, and a validator, compiled once.
const ajv = new AjvJsonSchemaValidator();
const operations = new Map();
for (const [path, methods] of Object.entries(contract.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    const name = operation['x-pilot-status']?.tool;
    const tool = tools.find((tool) => tool.name === name);
    if (!tool) continue;
    const parameters = (operation.parameters ?? []).map(resolved);
    operations.set(name, { method: method.toUpperCase(), path, parameters, validate: ajv.getValidator(tool.inputSchema) });
  }
}

const call = async (name, values, key) => {
  const { method, path, parameters } = operations.get(name);
  const [rest, query, headers] = [{ ...values }, new URLSearchParams(), { 'x-api-key': key }];
  let target = path;
  for (const { name, in: place, 'x-argument': argument = name } of parameters) {
    if (rest[argument] === undefined) continue;
    const value = String(rest[argument]);
    delete rest[argument];
    if (place === 'path') target = target.replace(`{${name}}`, encodeURIComponent(value));
    else if (place === 'query') query.set(name, value);
    else headers[name] = value;
  }
  const hasBody = method !== 'GET' && Object.keys(rest).length > 0;
  if (hasBody) headers['content-type'] = 'application/json';
  const search = query.size > 0 ? `?${query}` : '';
  const answer = await pool.request({ path: target + search, method, headers, body: hasBody ? JSON.stringify(rest) : null });
  const text = await answer.body.text();
  const content = [{ type: 'text', text }];
  return answer.statusCode < 300 ? { content, structuredContent: JSON.parse(text) } : { content, isError: true };
};

const refused = (text) => ({ content: [{ type: 'text', text }], isError: true });

// The SDK wants a server for each request. `McpServer` would compare and convert all schemas each time, so this is the lower level, which is the faster one.
const handler = createMcpHandler(({ requestInfo }) => {
  const server = new Server({ name: 'typescript', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({ tools }));
  server.setRequestHandler('tools/call', async ({ params }) => {
    const operation = operations.get(params.name);
    if (!operation) return refused(`unknown tool: ${params.name}`);
    const { valid, errorMessage } = operation.validate(params.arguments ?? {});
    return valid ? call(params.name, params.arguments ?? {}, requestInfo.headers.get('x-api-key')) : refused(errorMessage);
  });
  return server;
});

const server = createServer(toNodeHandler(handler));
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
