// The tenant's limits and usage.

import { get } from './api.js';
import { h, facts, fill } from './dom.js';
import { bytes, plural } from './format.js';

export async function show(main, _, { signal, session }) {
  const place = h('div');
  main.append(h('section', { class: 'usage' }, h('h1', { tabindex: '-1' }, 'Usage'), place));
  async function refresh() {
    const { tenant, allowed, used, maxUploadBytes, maxPixelsPerFrame, maxFrames } = await get('/v1/limits', { signal });
    fill(place,
      h('p', { class: 'lead' }, 'Signed in as ', h('strong', null, h('bdi', null, tenant)), `. Permissions: ${session.scopes.join(', ')}.`),
      h('div', { class: 'meters panel' },
        meter('Stored', used.bytes, allowed.maxBytes, bytes),
        meter('Queued + running', used.queued + used.running, allowed.maxQueued, n => plural(n, 'video')),
        meter('Running', used.running, allowed.maxRunning, n => plural(n, 'video'))),
      h('div', { class: 'panel' }, facts([
        ['Largest upload', bytes(maxUploadBytes)],
        ['Largest frame', `${(maxPixelsPerFrame / 1e6).toFixed(1)} megapixels`],
        ['Longest clip', plural(maxFrames, 'frame')],
        ['Largest request', `${allowed.maxVoxels.toLocaleString('en')} pixels × frames × videos`],
        ['Retention', allowed.retentionHours ? plural(allowed.retentionHours, 'hour') : 'until deleted'],
        ['API calls', `${allowed.requestsPerMinute.toLocaleString('en')} per minute`],
        ['Priority weight', allowed.weight],
        ['Session', session.expires ? `until ${new Date(session.expires).toLocaleString()}` : undefined],
      ])));
  }
  await refresh();
  const timer = setInterval(() => { if (!document.hidden) refresh().catch(() => {}); }, 3000);
  signal.addEventListener('abort', () => clearInterval(timer));
}

function meter(name, value, most, text) {
  const part = value / most;
  return h('div', { class: 'meter' }, h('span', { class: 'meter-name' }, name), h('span', { class: 'meter-told' }, `${text(value)} of ${text(most)}`),
    h('meter', { min: 0, max: 1, high: 0.9, low: 0.7, optimum: 0.1, value: part, 'aria-label': name }));
}
