// The way in: a key, shown once, for a cookie that no script can read.

import { post } from './api.js';
import { h, fill } from './dom.js';

export function show(main, begin) {
  const key = h('input', { id: 'key', type: 'password', autocomplete: 'off', spellcheck: 'false', required: true, placeholder: 'vgp_live_…', 'aria-describedby': 'key-hint key-error' });
  const error = h('p', { id: 'key-error', class: 'error', role: 'alert' });
  const form = h('form', {
    class: 'enter panel',
    onsubmit: async e => {
      e.preventDefault();
      error.textContent = '';
      try {
        await begin(await post('/v1/session', { key: key.value.trim() }));
      } catch (problem) {
        error.textContent = problem.message;
        key.select();
      }
    },
  },
  h('h1', { tabindex: '-1' }, 'Come in'),
  h('label', { for: 'key' }, 'Key'),
  key,
  h('p', { id: 'key-hint', class: 'hint' }, 'On a machine of your own it is in ', h('code', null, 'vgpnn-data/first-key'), '; the address that ', h('code', null, 'vgpnn serve'),
    ' prints lets you in without it. Elsewhere ask whoever runs the server.'),
  error,
  h('button', { class: 'primary', type: 'submit' }, 'Enter'));
  fill(main, form);
  key.focus();
}
