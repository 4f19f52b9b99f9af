// The cluster for its operator: silos, queues and failures.

import { get } from './api.js';
import { fill, h } from './dom.js';
import { bytes, plural } from './format.js';

export async function show(main, _, { signal }) {
  const place = h('div');
  main.append(h('section', { class: 'server' }, h('h1', { tabindex: '-1' }, 'Server'), place));
  let shown = '';
  async function refresh() {
    const status = await get('/v1/nodes', { signal });
    // Renders only after changes, to keep scroll position and focus.
    const now = JSON.stringify(status, (key, value) => key === 'silent' ? Math.round(value / 5) : value);
    if (now === shown) return;
    shown = now;
    const slots = status.nodes.reduce((sum, n) => sum + n.slots, 0), running = status.nodes.reduce((sum, n) => sum + n.running, 0);
    fill(place, h('p', { class: 'lead' }, `${plural(status.nodes.length, 'silo')}, ${running} of ${plural(slots, 'slot')} in use.`),
      table('Silos', ['Silo', 'State', 'Slots', 'Memory', 'Version'], status.nodes.map(n => [n.id, n.draining ? 'Draining' : n.silent > 15 ? `No heartbeat for ${Math.round(n.silent)} s` : 'Healthy',
        h('span', { class: 'slots', role: 'img', 'aria-label': `${n.running} of ${n.slots}` }, Array.from({ length: Math.min(n.slots, 32) }, (_, i) => h('i', { class: i < n.running ? 'busy' : '' })), ` ${n.running} of ${n.slots}`),
        bytes(n.memory), n.version])),
      table('Queue by tenant', ['Tenant', 'Queued', 'Running', 'Maximum running', 'Weight', 'Stored'], status.tenants.map(t => [h('bdi', null, t.name), t.used.queued, t.used.running, t.allowed.maxRunning, t.allowed.weight,
        `${bytes(t.used.bytes)} of ${bytes(t.allowed.maxBytes)}`])),
      status.failures.length === 0 ? [h('h2', null, 'Failures'), h('p', { class: 'empty' }, 'None.')]
        : table('Failures', ['Tenant', 'Failed', 'Reason', 'Code'], status.failures.map(f => [h('bdi', null, f.tenant), f.what.replace(/[0-9a-f]{26}([0-9a-f]{6})/, '…$1'), f.error.message, f.error.code])));
  }
  await refresh();
  const timer = setInterval(() => { if (!document.hidden) refresh().catch(() => {}); }, 2000);
  signal.addEventListener('abort', () => clearInterval(timer));
}

function table(name, heads, rows) {
  const id = `table-${name.toLowerCase().replace(/\W/g, '-')}`;
  return [h('h2', { id }, name), h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-labelledby': id },
    h('table', null, h('thead', null, h('tr', null, heads.map(t => h('th', { scope: 'col' }, t)))), h('tbody', null, rows.map(cells => h('tr', null, cells.map(c => h('td', null, c)))))))];
}
