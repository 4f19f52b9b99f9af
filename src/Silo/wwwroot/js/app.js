// Starts the page: session, views and header.

import { get, post, remove } from './api.js';
import { h, fill, say, toast } from './dom.js';
import { follow, live, unfollow } from './live.js';
import { themeButton } from './theme.js';
import * as signin from './signin.js';
import * as make from './make.js';
import * as look from './look.js';
import * as history from './history.js';
import * as usage from './usage.js';
import * as server from './server.js';

const $ = id => document.getElementById(id);
const views = { make, look, history, usage, server };
let session = null;
let current = null;

function route() {
  const [name, ...parameters] = location.hash.replace(/^#\/?/, '').split('/');
  return views[name] ? { name, parameters } : { name: 'make', parameters: [] };
}

async function show({ focus = true } = {}) {
  current?.abort();
  current = new AbortController();
  const { signal } = current;
  $('player').hidden = true;
  $('player').replaceChildren();
  if (!session) {
    $('nav').hidden = true;
    $('sign-out').hidden = true;
    fill($('main'));
    await signin.show($('main'), begin);
    return;
  }
  const { name, parameters } = route();
  for (const link of $('nav').querySelectorAll('a')) {
    link.hidden = link.dataset.scope !== undefined && !session.scopes.includes(link.dataset.scope);
    if (link.hash === `#/${name}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  fill($('main'));
  scrollTo(0, 0);
  try {
    await views[name].show($('main'), parameters, { signal, session });
  } catch (e) {
    if (signal.aborted || e.name === 'AbortError') return;
    $('player').hidden = true;
    if (e.status === 0) tryAgain(() => { if (!signal.aborted) show({ focus: false }); });
    fill($('main'), h('section', { class: 'empty' }, h('h1', { tabindex: '-1' }, e.status === 0 ? 'Can’t reach the server' : e.status === 404 ? 'Not found' : 'Something went wrong'),
      h('p', null, e.status === 0 ? 'Reconnecting…' : e.status === 404 && name === 'look' ? 'This request does not exist or was deleted.' : e.message),
      h('p', null, h('a', { class: 'button', href: '#/make' }, 'Make a video'))));
  }
  if (signal.aborted) return;
  const title = $('main').querySelector('h1');
  document.title = title ? `${title.textContent} – Vgpnn` : 'Vgpnn';
  if (focus) title?.focus({ preventScroll: true });
}

// Retries failed loads, so that users need not reload the page.
const tryAgain = what => setTimeout(what, 1500);

async function begin(who, options) {
  session = who;
  remember(true);
  $('nav').hidden = false;
  $('sign-out').hidden = false;
  fill($('sign-out'), h('span', { class: 'tenant' }, who.tenant), ' · Sign out');
  $('sign-out').setAttribute('aria-label', `Sign out (signed in as ${who.tenant})`);
  follow();
  await show(options);
}

function end() {
  session = null;
  remember(false);
  unfollow();
  $('connection').textContent = '';
  return show();
}

// Remembers whether a session may exist, to avoid a failing call for users who never signed in.
function remember(signedIn) {
  try {
    if (signedIn) localStorage.setItem('signed-in', 'yes');
    else localStorage.removeItem('signed-in');
  } catch {
    // Without storage, every start asks the server.
  }
}

function mayBeSignedIn() {
  try {
    return localStorage.getItem('signed-in') === 'yes';
  } catch {
    return true;
  }
}

/** Returns the code of a one-time sign-in link, and removes it from the address bar. */
function takeOneTimeCode() {
  const once = /^#enter=(vgp_once_\w+)$/.exec(location.hash)?.[1];
  if (once) window.history.replaceState(null, '', `${location.pathname}#/make`);
  return once;
}

async function start() {
  themeButton($('theme'));
  $('skip').addEventListener('click', () => { $('main').focus(); });
  $('sign-out').addEventListener('click', async () => {
    await remove('/v1/session').catch(() => {});
    await end();
  });
  addEventListener('hashchange', () => {
    const once = takeOneTimeCode();
    if (once) resume(once);
    else show();
  });
  addEventListener('signed-out', () => { if (session) { toast('Your session has ended. Sign in again.', 'bad'); end(); } });
  live.addEventListener('connection', e => {
    const was = $('connection').textContent;
    $('connection').textContent = e.detail ? '' : 'Can’t reach the server. Reconnecting…';
    document.body.dataset.connected = e.detail;
    if (e.detail && was) say('Reconnected.');
  });
  const once = takeOneTimeCode();
  if (once || mayBeSignedIn()) await resume(once);
  else await show();
}

async function resume(once) {
  try {
    await begin(once ? await post('/v1/session', { key: once }) : await get('/v1/session'), { focus: false });
  } catch (e) {
    if (once) {
      try {
        await begin(await get('/v1/session'), { focus: false });
        return;
      } catch {
        toast('This sign-in link has expired. Use the newest link that `vgpnn serve` printed, or enter a key.', 'bad');
      }
    } else if (e.status === 0) {
      fill($('main'), h('section', { class: 'empty' }, h('h1', { tabindex: '-1' }, 'Can’t reach the server'), h('p', null, 'Reconnecting…')));
      tryAgain(() => resume());
      return;
    } else if (e.status !== 401) {
      toast(e.message, 'bad');
    }
    await show();
  }
}

start();
