// What happens on the server, as it happens. One stream feeds all views; the server's own words are the only truth, and after every
// break views ask anew for what they show.

import { get } from './api.js';

export const live = new EventTarget();

const patience = [500, 1000, 2000, 5000, 10000];
let source = null, failures = 0, timer = 0, wanted = false;

function tell(name, detail) {
  live.dispatchEvent(new CustomEvent(name, { detail }));
}

function open() {
  clearTimeout(timer);
  if (source || !wanted || document.hidden) return;
  source = new EventSource('/v1/events');
  for (const name of ['video', 'request', 'sample']) source.addEventListener(name, e => tell(name, JSON.parse(e.data)));
  source.addEventListener('reset', () => tell('reset'));
  source.addEventListener('open', () => {
    failures = 0;
    tell('connection', true);
  });
  source.addEventListener('error', () => {
    tell('connection', false);
    // The browser tries again by itself where the network failed; where the server refused, it does not.
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

// A browser has few connections to one server, and many tabs: only those that are looked at hold one. A new stream begins with a reset.
document.addEventListener('visibilitychange', () => document.hidden ? close() : open());

/** Listens until the signal ends. */
export function on(names, signal, handler) {
  for (const name of names.split(' ')) live.addEventListener(name, e => handler(e.detail, name), { signal });
}
