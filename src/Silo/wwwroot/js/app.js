// Starts the page: who is there, which view is shown, what the head says.

import { get, post, remove } from './api.js';
import { h, fill, say, toast } from './dom.js';
import { follow, live, unfollow } from './live.js';
import { themeButton } from './theme.js';
import * as enter from './enter.js';
import * as make from './make.js';
import * as look from './look.js';
import * as history from './history.js';
import * as use from './use.js';
import * as cluster from './cluster.js';

const $ = id => document.getElementById(id);
const views = { make, look, history, use, cluster };
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
    $('leave').hidden = true;
    fill($('main'));
    await enter.show($('main'), begin);
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
    fill($('main'), h('section', { class: 'empty' }, h('h1', { tabindex: '-1' }, e.status === 404 ? 'It is not there' : 'That did not work'), h('p', null, e.message),
      h('p', null, h('a', { class: 'button', href: '#/make' }, 'Make something'))));
  }
  if (signal.aborted) return;
  const title = $('main').querySelector('h1');
  document.title = title ? `${title.textContent} – Vgpnn` : 'Vgpnn';
  if (focus) title?.focus({ preventScroll: true });
}

// What could not be asked is asked again: nobody has to reload.
const tryAgain = what => setTimeout(what, 1500);

async function begin(who, options) {
  session = who;
  remember(true);
  $('nav').hidden = false;
  $('leave').hidden = false;
  fill($('leave'), h('span', { class: 'tenant' }, who.tenant), ' · leave');
  $('leave').setAttribute('aria-label', `Leave (you are ${who.tenant})`);
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

// Whether it is worth asking who is there: whoever was never let in need not be refused.
function remember(entered) {
  try {
    if (entered) localStorage.setItem('entered', 'yes');
    else localStorage.removeItem('entered');
  } catch {
    // Then it is asked anew.
  }
}

function entered() {
  try {
    return localStorage.getItem('entered') === 'yes';
  } catch {
    return true;
  }
}

/** What an address that the server printed lets in; it is taken out of the address bar before anything else happens. */
function knock() {
  const once = /^#enter=(vgp_once_\w+)$/.exec(location.hash)?.[1];
  if (once) window.history.replaceState(null, '', `${location.pathname}#/make`);
  return once;
}

async function start() {
  themeButton($('theme'));
  $('skip').addEventListener('click', () => { $('main').focus(); });
  $('leave').addEventListener('click', async () => {
    await remove('/v1/session').catch(() => {});
    await end();
  });
  addEventListener('hashchange', () => {
    const once = knock();
    if (once) come(once);
    else show();
  });
  addEventListener('signed-out', () => { if (session) { toast('The session has ended.', 'bad'); end(); } });
  live.addEventListener('connection', e => {
    const was = $('connection').textContent;
    $('connection').textContent = e.detail ? '' : 'Connection lost, trying again…';
    document.body.dataset.connected = e.detail;
    if (e.detail && was) say('Connected again.');
  });
  const once = knock();
  if (once || entered()) await come(once);
  else await show();
}

async function come(once) {
  try {
    await begin(once ? await post('/v1/session', { key: once }) : await get('/v1/session'), { focus: false });
  } catch (e) {
    if (once) {
      try {
        await begin(await get('/v1/session'), { focus: false });
        return;
      } catch {
        toast('That address was used already, or the server was started anew since: give a key, or start the server again.', 'bad');
      }
    } else if (e.status === 0) {
      fill($('main'), h('section', { class: 'empty' }, h('h1', { tabindex: '-1' }, 'The server does not answer'), h('p', null, 'This page goes on by itself once it does.')));
      tryAgain(() => come());
      return;
    } else if (e.status !== 401) {
      toast(e.message, 'bad');
    }
    await show();
  }
}

start();
