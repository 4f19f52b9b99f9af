// Clips: uploads by drop or file dialog, and the list of earlier clips.

import { get, upload } from './api.js';
import { h, icon, say, toast } from './dom.js';
import { bytes, sizeText, when } from './format.js';
import { on } from './live.js';

/** Object URLs of uploaded files, by video: browsers that play a file directly need not wait for the server's copy. */
export const localCopies = new Map();

/** Waits until the server has checked a video, and returns it. */
export async function ready(video, signal) {
  const abort = new AbortController();
  const stop = signal ? AbortSignal.any([signal, abort.signal]) : abort.signal;
  try {
    // The event stream reports the end; polling, frequent at first, covers a lost stream.
    for (let wait = 60; video.state === 'ingesting'; wait = Math.min(1500, 1.1 * wait)) {
      video = await new Promise((resolve, reject) => {
        stop.addEventListener('abort', () => reject(new DOMException('', 'AbortError')), { once: true });
        on('video', stop, v => { if (v.id === video.id) resolve(v); });
        setTimeout(() => get(video.links.self).then(resolve, reject), wait);
      });
    }
  } finally {
    abort.abort();
  }
  if (video.state === 'failed') throw new Error(`${video.name} cannot be used: ${video.error.message}.`);
  return video;
}

/** Uploads a file and waits until it can be used. `told` receives the progress, 0 to 1. */
export async function bring(file, told, signal) {
  const video = await upload(file, told);
  localCopies.set(video.id, URL.createObjectURL(file));
  told(1);
  return ready(video, signal);
}

/** A zone to drop or select a file; calls `chosen` with the uploaded video. */
export function dropZone({ text, chosen, signal, compact = false }) {
  const input = h('input', { type: 'file', accept: 'video/*,image/gif,.mkv,.avi', class: 'unseen', tabindex: '-1', 'aria-hidden': 'true', onchange: () => { take(input.files[0]); input.value = ''; } });
  const bar = h('progress', { max: '1', value: 0, 'aria-label': 'Upload', hidden: true });
  const note = h('p', { class: 'hint' }, compact ? null : 'MP4, WebM, MKV, MOV, AVI or GIF. A few seconds are enough.');
  const button = h('button', { type: 'button', class: compact ? '' : 'primary', onclick: () => input.click() }, 'Choose a file');
  const zone = h('div', { class: compact ? 'drop compact' : 'drop' }, h('span', { class: 'drop-icon' }, icon('upload')),
    h('p', { class: 'drop-text' }, text), button, input, bar, note);
  let busy = false;

  async function take(file) {
    if (!file || busy) return;
    busy = true;
    button.disabled = true;
    bar.hidden = false;
    say(`Uploading ${file.name}`);
    try {
      const video = await bring(file, part => {
        bar.value = part;
        note.textContent = part < 1 ? `Uploading ${file.name}…` : `Checking ${file.name}…`;
      }, signal);
      for (const notice of video.notices) toast(notice.charAt(0).toUpperCase() + notice.slice(1) + '.');
      chosen(video);
    } catch (e) {
      if (e.name === 'AbortError') return;
      toast(e.message, 'bad');
      note.textContent = e.message;
    } finally {
      busy = false;
      button.disabled = false;
      bar.hidden = true;
    }
  }

  zone.addEventListener('dragover', e => {
    e.preventDefault();
    zone.classList.add('over');
  });
  zone.addEventListener('dragleave', () => zone.classList.remove('over'));
  zone.addEventListener('drop', e => {
    e.preventDefault();
    zone.classList.remove('over');
    take(e.dataTransfer.files[0]);
  });
  return zone;
}

/** A list of earlier clips as buttons, without masks and paintings, which belong to their requests. */
export function earlierClips({ chosen, signal, title = 'Recent clips' }) {
  const list = h('ul', { class: 'clips' });
  const more = h('button', { type: 'button', class: 'quiet', hidden: true, onclick: () => load() }, 'Show more');
  const section = h('section', { class: 'earlier', 'aria-label': 'Recent clips', hidden: true }, h('h2', null, title), list, more);
  const shown = new Map();
  let next;

  function put(video, first) {
    if (video.state !== 'ready' || video.size.frames < 2 || /^(painted|mask): /.test(video.name) || shown.has(video.id)) return;
    const item = h('li', null, clipButton(video, () => chosen(video)));
    shown.set(video.id, item);
    if (first) list.prepend(item);
    else list.append(item);
    section.hidden = false;
  }

  async function load() {
    const page = await get(`/v1/videos?limit=24${next ? `&cursor=${next}` : ''}`, { signal });
    page.items.forEach(v => put(v));
    next = page.next;
    more.hidden = !next;
  }

  on('video', signal, v => put(v, true));
  load().catch(e => { if (e.name !== 'AbortError') toast(e.message, 'bad'); });
  return section;
}

export function clipButton(video, onclick) {
  return h('button', { type: 'button', class: 'clip', onclick, title: `${video.name}\n${sizeText(video.size)}, ${bytes(video.bytes)}, ${when(video.created)}` },
    h('img', { src: video.links.poster, alt: '', loading: 'lazy', width: video.size.width, height: video.size.height }), h('bdi', { class: 'clip-name' }, video.name),
    h('span', { class: 'clip-size' }, sizeText(video.size)));
}

/** Opens a dialog to choose a clip. */
export function pickClip(question, signal) {
  return new Promise(resolve => {
    const stop = new AbortController();
    const within = AbortSignal.any([signal, stop.signal]);
    let picked = null;
    const choose = video => {
      picked = video;
      dialog.close();
    };
    const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'pick-title', onclose: () => { stop.abort(); dialog.remove(); resolve(picked); } },
      h('div', { class: 'dialog-head' }, h('h2', { id: 'pick-title' }, question),
        h('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, 'Close')),
      dropZone({ text: 'Drop a video here', compact: true, chosen: choose, signal: within }),
      earlierClips({ chosen: choose, signal: within }));
    signal.addEventListener('abort', () => dialog.close());
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Shows a clip in a video element: the local file if the browser plays it, otherwise the server's copy. */
export function showClip(video, clip) {
  const local = localCopies.get(clip.id);
  video.src = local ?? clip.links.preview;
  video.poster = clip.links.poster;
  if (local) video.addEventListener('error', () => { if (video.src !== new URL(clip.links.preview, location).href) video.src = clip.links.preview; }, { once: true });
}
