// A request and its samples.

import { get, post, remove } from './api.js';
import { InputCard, SampleCard } from './card.js';
import { compare } from './compare.js';
import { confirm, fill, h, icon, notSent, say, toast } from './dom.js';
import { applications, bytes, duration, isOver, parseFrameRate, plural, roles, sizeText, states, titleOf, when } from './format.js';
import { on } from './live.js';
import { Player } from './player.js';
import { playerBar } from './playerbar.js';

// Number of cards that are shown at first, and added by the button.
const page = 60;

export async function show(main, [id], { signal }) {
  let request = await get(`/v1/requests/${id}`, { signal });
  const inputs = await Promise.all(request.inputs.map(async i => ({ ...i, video: i.deleted ? null : await get(`/v1/videos/${i.video}`, { signal }).catch(() => null) })));
  const fps = parseFrameRate(request.settings.frameRate ?? inputs[0].video?.frameRate), offset = (request.settings.firstFrame ?? 1) - 1;
  const player = new Player(signal);
  const cards = new Map();
  let shown = 0, secondsEach = 0, slots = 1;

  const state = h('span', { class: 'state' }), bar = h('progress', { max: '1', 'aria-label': 'Progress of all samples' }), told = h('p', { class: 'told' });
  const cancel = h('button', { type: 'button', class: 'danger', onclick: async () => {
    cancel.disabled = true;
    await post(`${request.links.self}/cancel`).then(update, problem => toast(notSent(problem, 'Your cancel was not sent.'), 'bad'));
    cancel.disabled = false;
  } }, 'Cancel all');
  const tools = h('div', { class: 'row tools-row' });
  const grid = h('div', { class: 'grid' });
  const more = h('button', { type: 'button', class: 'quiet', hidden: true, onclick: () => load() }, 'Show more samples');
  const name = titleOf(request.inputs);
  const size = h('input', { type: 'range', min: 140, max: 960, step: 20, value: 320, oninput: () => document.documentElement.style.setProperty('--width', `${size.value}px`) });

  main.append(h('section', { class: 'look' },
    h('header', { class: 'look-head' },
      h('div', null, h('p', { class: 'hint' }, applications[request.application]), h('h1', { tabindex: '-1' }, h('bdi', null, name)),
        h('p', { class: 'hint summary' }, h('span', null, plural(request.samples.total, 'video')), h('span', null, sizeText(request.output)), h('span', null, `seed ${request.seed}`),
          h('span', null, when(request.created)))),
      h('div', { class: 'look-state' }, h('div', { class: 'row' }, state, cancel), bar, told)),
    tools, grid, more, settingsOf(request)));

  inputs.forEach(({ role, video }) => {
    if (!video) return;
    const card = new InputCard(player, video, { role: roles[role], offset: ['source', 'style'].includes(role) ? 0 : offset, fps });
    cards.set(`input-${cards.size}`, card);
    grid.append(card.element);
  });
  const longest = Math.max(request.output.frames, ...inputs.filter(i => i.video && i.role !== 'style' && i.role !== 'source').map(i => used(i.video)));
  function used(video) {
    return Math.min(request.settings.lastFrame ?? video.size.frames, video.size.frames) - offset;
  }

  function cardOf(index) {
    if (cards.has(index)) return cards.get(index);
    if (index >= shown) return null;
    const card = new SampleCard(player, index, { fps, request, compare: c => openCompare(c) });
    cards.set(index, card);
    grid.append(card.element);
    return card;
  }

  async function load() {
    shown = Math.min(request.samples.total, shown + page);
    for (let i = 0; i < shown; i++) cardOf(i);
    more.hidden = shown === request.samples.total;
    await refresh();
  }

  /** Loads everything that is shown: at the start and after a reconnection. */
  async function refresh() {
    update(await get(request.links.self, { signal }));
    let next = null;
    do {
      const { items, next: then } = await get(`${request.links.samples}?limit=100${next ? `&cursor=${next}` : ''}`, { signal });
      for (const sample of items) cardOf(sample.index)?.update(sample);
      next = items.length > 0 && items.at(-1).index + 1 < shown ? then : null;
    } while (next);
    progress();
  }

  function update(now) {
    const before = request.state;
    request = { ...now, queueAhead: now.queueAhead ?? (now.samples.running ? undefined : request.queueAhead) };
    state.textContent = states[request.state];
    state.dataset.state = request.state;
    cancel.hidden = isOver(request.state);
    bar.hidden = isOver(request.state);
    if (isOver(request.state) && request.samples.cancelled) for (const card of cards.values()) if (card instanceof SampleCard && !card.sample) card.state.textContent = states.cancelled;
    if (before !== request.state) {
      showTools();
      if (isOver(request.state)) say(`The request has finished: ${sentence()}`);
    }
    progress();
  }

  const counts = () => [['succeeded', 'done'], ['failed', 'failed'], ['cancelled', 'cancelled']].filter(([key]) => request.samples[key]).map(([key, text]) => `${request.samples[key]} ${text}`);
  const sentence = () => `${counts().join(', ')} of ${plural(request.samples.total, 'video')}.`;

  function progress() {
    const { total, succeeded, failed, cancelled, running } = request.samples;
    const samples = [...cards.values()].map(c => c.sample).filter(Boolean), times = samples.filter(s => s.seconds).map(s => s.seconds);
    const ended = succeeded + failed + cancelled, now = ended + samples.filter(s => !isOver(s.state)).reduce((sum, s) => sum + s.fraction, 0);
    bar.value = now / total;
    slots = Math.max(slots, running);
    if (isOver(request.state)) {
      told.textContent = sentence();
      return;
    }
    const each = times.length > 0 ? times.reduce((a, b) => a + b) / times.length : secondsEach;
    fill(told, [
      ended > 0 ? sentence() : null,
      request.queueAhead > 0 && running === 0 ? ` ${plural(request.queueAhead, 'video')} of yours in the queue before this one.` : null,
      each > 0 ? ` About ${duration(each * (total - now) / slots)} left.` : null,
    ]);
  }

  function showTools() {
    const there = request.samples.succeeded > 0, over = isOver(request.state);
    const all = format => `${request.links.self}/download?format=${format}`;
    fill(tools,
      there && h('button', { type: 'button', onclick: () => openCompare() }, icon('compare'), 'Compare'),
      there && h('button', { type: 'button', onclick: () => { for (const card of cards.values()) if (card.quality?.getAttribute('aria-expanded') === 'false') card.showQuality(); } }, 'Score all'),
      there && h('details', { class: 'menu' }, h('summary', null, icon('save'), 'Save all'), h('div', { class: 'menu-items' },
        h('a', { href: all('mp4'), download: '' }, 'MP4 (zip)'), h('a', { href: all('gif'), download: '' }, 'Animated GIF (zip)'), h('a', { href: request.links.manifest, download: 'manifest.json' }, 'Manifest only (JSON)'))),
      over && h('button', { type: 'button', onclick: repeat }, icon('again'), 'New variations'),
      h('a', { class: 'button', href: `#/make/from/${request.id}` }, 'Reuse settings'),
      h('button', { type: 'button', onclick: copy }, 'Copy settings'),
      over && h('button', { type: 'button', class: 'danger quiet', onclick: discard }, icon('trash'), 'Delete'));
  }

  function openCompare(card) {
    const there = [...cards.values()].filter(c => c.source?.link && c.source.frames > 1);
    const b = card ? there.indexOf(card) : there.findIndex(c => c instanceof SampleCard);
    if (there.length < 2 || b < 0) return;
    player.pause();
    compare(there.map(c => c.source), b === 0 ? 1 : 0, b, { size: request.output, fps, frames: longest, signal });
  }

  async function repeat() {
    try {
      const again = await post(`${request.links.self}/repeat`, {});
      location.hash = `#/look/${again.id}`;
    } catch (problem) {
      toast(problem.message, 'bad');
    }
  }

  async function copy() {
    const { application, inputs: made, seed, settings } = request;
    const text = JSON.stringify({ application, inputs: made, samples: request.samples.total, seed, settings }, null, 2);
    try {
      await navigator.clipboard.writeText(text);
      toast('Settings copied as JSON for the API.');
    } catch {
      document.querySelector('.all-settings').open = true;
      toast('This browser doesn’t allow copying. The settings are shown below.', 'bad');
    }
  }

  async function discard() {
    if (!await confirm(`Delete “${name}” and its ${plural(request.samples.succeeded, 'video')}? This can’t be undone.`, 'Delete')) return;
    try {
      await remove(request.links.self);
      toast('Deleted.');
      location.hash = '#/history';
    } catch (problem) {
      toast(problem.message, 'bad');
    }
  }

  playerBar(document.getElementById('player'), player, { size, signal });
  player.setRange(0, request.settings.loop ? Math.ceil(longest / request.output.frames) * request.output.frames : longest, fps);
  on('sample', signal, sample => {
    if (sample.request !== id) return;
    cardOf(sample.index)?.update(sample);
    progress();
  });
  on('request', signal, now => { if (now.id === id) update(now); });
  on('reset', signal, () => { refresh().catch(e => { if (e.status === 404) location.hash = '#/history'; }); });
  showTools();
  await load();
  size.value = fitting(grid, cards.size, request.output);
  size.dispatchEvent(new Event('input'));
  player.playUnlessStill();
  if (isOver(request.state)) return;

  // The time per sample is read once; the position in the queue periodically, because events report only this request.
  post('/v1/estimates', { application: request.application, inputs: request.inputs, settings: request.settings }, { signal })
    .then(e => { secondsEach = e.secondsPerSample; progress(); }, () => {});
  const timer = setInterval(async () => {
    if (isOver(request.state)) clearInterval(timer);
    else if (request.samples.running === 0 && !document.hidden) await get(request.links.self, { signal }).then(update, () => {});
  }, 2000);
  signal.addEventListener('abort', () => clearInterval(timer));
}

/** The largest size at which all cards fit above the player; a medium size if none does. */
function fitting(grid, count, { width, height }) {
  const gap = 20, caption = 100, room = grid.clientWidth + gap, rows = innerHeight - grid.getBoundingClientRect().top - 130;
  for (let size = 640; size >= 240; size -= 20) {
    const columns = Math.max(1, Math.floor(room / (size + gap)));
    if (Math.ceil(count / columns) * ((room / columns - gap) * height / width + caption + gap) <= rows) return size;
  }
  return 300;
}

function settingsOf(request) {
  const text = value => typeof value === 'object' ? Object.values(value).join(', ') : String(value);
  return h('details', { class: 'all-settings panel' }, h('summary', null, 'All settings'),
    h('dl', { class: 'facts' }, [['seed', request.seed], ['memory', bytes(request.peakBytes)], ...Object.entries(request.settings)].map(([key, value]) =>
      h('div', null, h('dt', null, key), h('dd', null, text(value))))));
}
