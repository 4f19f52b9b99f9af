// Earlier requests and clips.

import { get, remove } from './api.js';
import { clipButton } from './clips.js';
import { confirm, fill, h, iconButton, toast } from './dom.js';
import { applications, isOver, plural, sizeText, states, titleOf, when } from './format.js';
import { on } from './live.js';
import { StripScreen } from './player.js';

const thumbs = 3;

export async function show(main, _, { signal }) {
  const posters = new Map();
  const rows = new Map();
  let next, loading = false;

  const text = h('input', { id: 'filter', type: 'search', placeholder: 'Name or seed', oninput: filter });
  const kind = h('select', { 'aria-label': 'Application', onchange: filter }, h('option', { value: '' }, 'All applications'), Object.entries(applications).map(([key, name]) => h('option', { value: key }, name)));
  const state = h('select', { 'aria-label': 'State', onchange: filter }, h('option', { value: '' }, 'Any state'), Object.entries(states).map(([key, name]) => h('option', { value: key }, name)));
  const list = h('ul', { class: 'requests' }), clips = h('ul', { class: 'clips' });
  const empty = h('p', { class: 'empty' }, 'Nothing yet. ', h('a', { href: '#/make' }, 'Make a video'));
  const more = h('button', { type: 'button', class: 'quiet', hidden: true, onclick: () => load() }, 'Show more');
  main.append(h('section', { class: 'history' },
    h('div', { class: 'list-head' }, h('h1', { tabindex: '-1' }, 'History'),
      h('div', { class: 'row', role: 'search' }, h('label', { class: 'inline', for: 'filter' }, h('span', null, 'Filter')), text, kind, state)),
    list, empty, more, h('h2', null, 'Clips'), clips));

  function posterOf({ video, deleted }) {
    if (!posters.has(video)) posters.set(video, deleted ? null : get(`/v1/videos/${video}`, { signal }).then(v => v.links.poster, () => null));
    return posters.get(video);
  }

  async function load() {
    loading = true;
    try {
      const page = await get(`/v1/requests?limit=20${next ? `&cursor=${next}` : ''}`, { signal });
      for (const request of page.items) await put(request);
      next = page.next;
    } finally {
      loading = false;
    }
    more.hidden = !next;
    filter();
  }

  async function put(request, first = false) {
    let row = rows.get(request.id);
    if (!row) {
      const poster = await posterOf(request.inputs[0]);
      if (rows.has(request.id)) return put(request, first);
      row = new Row(request, poster, signal, () => { rows.delete(request.id); filter(); });
      rows.set(request.id, row);
      if (first) list.prepend(row.element);
      else list.append(row.element);
    }
    row.update(request);
  }

  // Searches the loaded requests; loads more until one matches or all are loaded.
  function filter() {
    const wanted = text.value.trim().toLowerCase();
    let any = false;
    for (const row of rows.values()) {
      const hit = (!wanted || row.words.includes(wanted)) && (!kind.value || row.request.application === kind.value) && (!state.value || row.request.state === state.value);
      row.element.hidden = !hit;
      any ||= hit;
    }
    const searching = !any && Boolean(next);
    empty.hidden = any;
    if (!any) empty.firstChild.textContent = searching ? 'Searching… ' : rows.size > 0 ? `No matches (${rows.size === 1 ? '1 request' : `all ${plural(rows.size, 'request')}`} searched). ` : 'Nothing yet. ';
    if (searching && !loading) load().catch(e => { if (e.name !== 'AbortError') toast(e.message, 'bad'); });
  }

  async function loadClips() {
    const { items } = await get('/v1/videos?limit=100', { signal });
    fill(clips, items.filter(v => v.state !== 'ingesting').map(video => {
      const item = h('li', null,
        video.state === 'ready' && video.size.frames > 1 ? clipButton(video, () => { location.hash = `#/make/clip/${video.id}`; })
          : h('div', { class: 'clip' }, video.links.poster && h('img', { src: video.links.poster, alt: '', loading: 'lazy' }), h('bdi', { class: 'clip-name' }, video.name),
            h('span', { class: video.error ? 'clip-size error' : 'clip-size' }, video.error?.message ?? sizeText(video.size))),
        iconButton('trash', `Delete ${video.name}`, async () => {
          if (!await confirm(`Delete the clip “${video.name}”? Videos made from it are kept. This can’t be undone.`, 'Delete')) return;
          await remove(video.links.self).then(() => { item.remove(); toast('Deleted.'); }, e => toast(e.message, 'bad'));
        }));
      return item;
    }));
  }

  on('request', signal, request => { put(request, true).then(filter, () => {}); });
  on('sample', signal, sample => rows.get(sample.request)?.thumb(sample));
  on('reset', signal, async () => {
    for (const row of rows.values()) get(row.request.links.self, { signal }).then(r => row.update(r), e => { if (e.status === 404) row.gone(); });
    const { items } = await get('/v1/requests?limit=20', { signal }).catch(() => ({ items: [] }));
    for (const request of items.reverse()) if (!rows.has(request.id)) await put(request, true);
    filter();
  });
  await Promise.all([load(), loadClips()]);
}

class Row {
  #samples = new Map();
  #places = h('div', { class: 'thumbs' });
  #state = h('span', { class: 'state' });
  #counts = h('span', { class: 'hint' });
  #open;

  constructor(request, poster, signal, removed) {
    this.request = request;
    this.removed = removed;
    const name = titleOf(request.inputs);
    this.words = `${name} ${request.seed}`.toLowerCase();
    const thumb = h('span', { class: 'thumb first' }, poster && h('img', { src: poster, alt: '', loading: 'lazy' }));
    this.#places.append(thumb);
    this.#open = h('a', { href: `#/look/${request.id}`, class: 'request-name' }, h('bdi', null, name));
    this.element = h('li', { class: 'request' }, this.#places,
      h('div', { class: 'request-text' }, this.#open,
        h('span', { class: 'hint' }, `${applications[request.application]} · ${sizeText(request.output)} · seed ${request.seed} · ${when(request.created)}`)),
      h('div', { class: 'request-state' }, this.#state, this.#counts),
      h('div', { class: 'row request-tools' },
        h('a', { class: 'button quiet', href: `#/make/from/${request.id}`, 'aria-label': `Reuse the settings of ${name}` }, 'Reuse'),
        iconButton('trash', `Delete ${name} and its videos`, async () => {
          if (!await confirm(`Delete “${name}” and its ${plural(this.request.samples.succeeded, 'video')}? This can’t be undone.`, 'Delete')) return;
          await remove(request.links.self).then(() => this.gone(), e => toast(e.message, 'bad'));
        })));
    const watch = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      watch.disconnect();
      get(`${request.links.samples}?limit=${thumbs}`, { signal }).then(page => page.items.forEach(s => this.thumb(s)), () => {});
    });
    watch.observe(this.element);
  }

  gone() {
    this.element.remove();
    this.removed();
  }

  update(request) {
    this.request = request;
    const { total, succeeded } = request.samples;
    this.#state.textContent = states[request.state];
    this.#state.dataset.state = request.state;
    this.#counts.textContent = isOver(request.state) && succeeded === total ? plural(total, 'video') : `${succeeded} of ${plural(total, 'video')}`;
  }

  /** Shows one of the first samples: the first frame of its video, or its latest preview. */
  async thumb(sample) {
    if (sample.index >= thumbs) return;
    const address = sample.links.video ?? sample.links.preview;
    if (!address || this.#samples.get(sample.index)?.address === address) return;
    let place = this.#samples.get(sample.index)?.place;
    if (!place) {
      place = h('span', { class: 'thumb' });
      place.style.order = sample.index + 1;
      this.#places.append(place);
    }
    this.#samples.set(sample.index, { place, address });
    if (sample.links.video) {
      fill(place, h('video', { muted: true, playsinline: true, preload: 'metadata', tabindex: '-1', 'aria-hidden': 'true', src: `${address}#t=0.01` }));
      return;
    }
    const canvas = h('canvas');
    await new StripScreen(canvas, sample.previewFrames).show(address, sample.previewFrames).then(there => there && fill(place, canvas), () => {});
  }
}
