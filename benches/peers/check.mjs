// Whether a peer answers as it should: what answers wrongly is not measured. The answers are those of the mock, with other ids and times.
// Usage: check.mjs CALLS rest|mcp URL

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

const [file, transport, url] = process.argv.slice(2);
const calls = JSON.parse(await readFile(file, 'utf8'));
const revision = '2026-07-28';
const key = { 'x-api-key': 'ps_demo_meta', 'content-type': 'application/json' };

const ask = async (target, method, headers, body) => {
  const signal = AbortSignal.timeout(10_000);
  const answer = await fetch(target, { method, headers: { ...key, ...headers }, body: body && JSON.stringify(body), signal });
  return { status: answer.status, body: await answer.json() };
};

const mcp = async (method, params) => {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': revision,
    'io.modelcontextprotocol/clientInfo': { name: 'check', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const headers = { accept: 'application/json, text/event-stream', 'mcp-protocol-version': revision, 'mcp-method': method };
  if (params.name) headers['mcp-name'] = params.name;
  const request = { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } };
  const { body } = await ask(url, 'POST', headers, request);
  assert.ok(body.result, JSON.stringify(body));
  return body.result;
};

// The same fields, and lists of the same length; what the mock makes anew for each call may differ.
const alike = (got, expected, path = '') => {
  if (expected === null || typeof expected !== 'object') return assert.equal(typeof got, typeof expected, path);
  assert.ok(got, path);
  if (Array.isArray(expected)) assert.equal(got.length, expected.length, path);
  for (const [name, value] of Object.entries(expected)) if (value !== null) alike(got[name], value, `${path}/${name}`);
};

const overRest = async ({ method, path, body, answer }) => {
  const got = await ask(url + path, method, {}, body);
  assert.equal(got.status, answer.status);
  alike(got.body, answer.body);
  assert.equal(got.body.code, answer.body.code);
};

const overMcp = async ({ name, tool = name, arguments: values, answer }) => {
  const result = await mcp('tools/call', { name: tool, arguments: values });
  assert.equal(result.isError ?? false, answer.status >= 400, JSON.stringify(result).slice(0, 500));
  if (result.isError) assert.match(result.content[0].text, /TEMPLATE_NOT_FOUND/);
  else alike(result.structuredContent, answer.body);
};

const list = async () => {
  const { tools } = await mcp('tools/list', {});
  for (const { name, tool = name } of calls) assert.ok(tools.some((it) => it.name === tool), `no tool ${tool}`);
};

const attempt = (name, done) =>
  done.catch((error) => {
    console.log(`${name}: ${error.message.split('\n')[0]}`);
    process.exitCode = 1;
  });
if (transport === 'mcp') await attempt('tools/list', list());
for (const call of calls) await attempt(call.name, transport === 'mcp' ? overMcp(call) : overRest(call));
