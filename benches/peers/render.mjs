// Writes what was measured as ratios to ours, in Markdown.
// Usage: render.mjs RESULTS_DIRECTORY FACTS (lines "name: value" about machine and versions)
// A result is of `pilot-status-load`; its file is called SIDE.CALL.CONNECTIONS.ROUND.PEER.json.

import { readdir, readFile } from 'node:fs/promises';

const [directory, facts] = process.argv.slice(2);

const CALLS = ['message_get', 'conversations_list', 'messages_send', 'messages_send_refused'];
const PEERS = ['fastmcp', 'fastmcp-tuned', 'typescript', 'mcp-proxy', 'prism', 'mockoon', 'wiremock'];

const results = [];
for (const file of await readdir(directory)) {
  const [side, call, connections, round, peer] = file.replace(/\.json$/, '').split('.');
  const [phase] = JSON.parse(await readFile(`${directory}/${file}`, 'utf8')).phases;
  // Peers may refuse in words, without the code; anything else that fails is told by its share.
  const { TOOL_ERROR: _, ...errors } = phase.total.errors;
  const failed = Object.values(errors).reduce((sum, count) => sum + count, 0) / Math.max(phase.total.count, 1);
  const { endedPerSecond: rate } = phase.arrivals;
  results.push({ side, call, connections: Number(connections), round, peer, rate, p50: phase.total.serviceMicros.p50, failed });
}
const distinct = (field) => [...new Set(results.map((result) => result[field]))];
const sorted = (values) => values.toSorted((a, b) => a - b);
// Of an even number the lesser one of the two in the middle, which is that against us.
const median = (values) => sorted(values)[Math.floor((values.length - 1) / 2)];
const short = (value) => (value === Infinity ? '∞' : value >= 10 ? value.toFixed(0) : value.toPrecision(2));

// Ours and a peer in the same round, so that what else the machine did is in both.
const ratios = (of, figure, better) => {
  const values = of.map((it) => {
    const ours = results.find((other) => other.peer === 'ours' && ['side', 'call', 'connections', 'round'].every((field) => other[field] === it[field]));
    return better(figure(ours), figure(it));
  });
  const [low, high] = [Math.min(...values), Math.max(...values)].map(short);
  const failed = Math.max(...of.map((it) => it.failed));
  if (values.length === 0 || failed > 0.01) return values.length === 0 ? '' : `fails ${(100 * failed).toFixed(0)} %`;
  return `**${short(median(values))}** (${low}–${high})`;
};
const table = (side, connections, title, figure, better) => {
  const of = results.filter((it) => it.side === side && it.connections === connections);
  const among = (all, field) => all.filter((name) => of.some((it) => it[field] === name));
  const [calls, peers] = [among(CALLS, 'call'), among(PEERS, 'peer')];
  const row = (peer) => calls.map((call) => ratios(of.filter((it) => it.peer === peer && it.call === call), figure, better));
  const ours = calls.map((call) => short(median(of.filter((it) => it.peer === 'ours' && it.call === call).map(figure))));
  const lines = [['', ...calls], ['---', ...calls.map(() => '---')], ...peers.map((peer) => [peer, ...row(peer)]), [`ours, ${title.unit}`, ...ours]];
  return `${title.text}\n\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
};

const sections = { mcp: 'The server', rest: 'The mock' };
const most = Math.max(...distinct('connections'));
console.log(`# Beside others

Ours and what others use for the same, driven with the same load one after the other, in interleaved rounds (${distinct('round').length}): ratios, medians of the rounds, and in brackets the least and the most.
∞ is a peer of whose calls none ended in the time that was measured. Above 1 ours is the better one. Other work of the machine makes figures noisy; it is in both sides of a ratio, which is made of two measurements of the same round.
\`bash benches/peers/run\` made this file. What each peer is, and what makes it equal, is in [peers/README.md](peers/README.md).
`);
for (const [side, title] of Object.entries(sections).filter(([side]) => distinct('side').includes(side))) {
  console.log(`## ${title}\n`);
  const many = { text: `Calls a second with ${most} at once: ours by the peer's.`, unit: 'calls/s' };
  console.log(table(side, most, many, (it) => it.rate, (ours, peer) => ours / peer));
  const one = { text: "Time of a call, one at a time, p50: the peer's by ours.", unit: 'µs' };
  console.log(table(side, 1, one, (it) => it.p50, (ours, peer) => peer / ours));
}
console.log('## Where and what\n');
const lines = (await readFile(facts, 'utf8')).trim().split('\n');
console.log(['| | |', '|---|---|', ...lines.map((line) => line.replace(/^([^:]*): (.*)$/, '| $1 | $2 |'))].join('\n'));
