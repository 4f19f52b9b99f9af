// Live updates: one event stream feeds all views. Views show only what the server reports, and load it again after a reconnection.

import { get } from './api.js';

export const live = new EventTarget();

const patience = [500, 1000, 2000, 5000, 10000];
let source = null, failures = 0, timer = 0, wanted = false;

function emit(name, detail) {
  live.dispatchEvent(new CustomEvent(name, { detail }));
}

function open() {
  clearTimeout(timer);
  if (source || !wanted || document.hidden) return;
  source = new EventSource('/v1/events');
  for (const name of ['video', 'request', 'sample']) source.addEventListener(name, e => emit(name, JSON.parse(e.data)));
  source.addEventListener('reset', () => emit('reset'));
  source.addEventListener('open', () => {
    failures = 0;
    emit('connection', true);
  });
  source.addEventListener('error', () => {
    emit('connection', false);
    // Browsers reconnect after network failures by themselves, but not after error responses.
    if (source.readyState !== EventSource.CLOSED) return;
    source = null;
    timer = setTimeout(again, patience[Math.min(failures++, patience.length - 1)]);
  });
}

async function again() {
  try {
    await get('/v1/session');
  } catch (e) {
    if (e.status === 401) return;
  }
  open();
}

function close() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

export function follow() {
  wanted = true;
  open();
}

export function unfollow() {
  wanted = false;
  close();
}

// Browsers limit the connections per server, so hidden tabs close theirs. A new stream starts with a reset.
document.addEventListener('visibilitychange', () => document.hidden ? close() : open());

/** Adds a listener until the signal is aborted. */
export function on(names, signal, handler) {
  for (const name of names.split(' ')) live.addEventListener(name, e => handler(e.detail, name), { signal });
}
