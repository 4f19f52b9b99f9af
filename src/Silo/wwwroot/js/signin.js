// Sign-in: exchanges a key for a session cookie that scripts cannot read.

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
        error.textContent = problem.status === 401 ? 'That key was not recognised. Check for typos, or ask for a new one.' : problem.message;
        key.select();
      }
    },
  },
  h('h1', { tabindex: '-1' }, 'Sign in'),
  h('label', { for: 'key' }, 'Key'),
  key,
  h('p', { id: 'key-hint', class: 'hint' }, 'Running it yourself? The key is in ', h('code', null, 'vgpnn-data/first-key'), '; the link that ', h('code', null, 'vgpnn serve'),
    ' prints signs you in without it. Otherwise ask your administrator.'),
  error,
  h('button', { class: 'primary', type: 'submit' }, 'Sign in'));
  fill(main, form);
  key.focus();
}
