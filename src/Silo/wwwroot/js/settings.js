// The form of a request's settings, built from the server's option descriptions. An empty field means the default, which the server
// returns with each estimate.

import { get } from './api.js';
import { h } from './dom.js';

// Settings with controls elsewhere on the page: trimming and the application's form.
const excluded = new Set(['firstFrame', 'lastFrame', 'loop', 'cue', 'invertMask', 'scale', 'size']);

let loaded = null;

/** The options of all applications, loaded once. */
export function loadOptions() {
  loaded ??= get('/v1/options').then(
    list => Object.fromEntries(list.applications.map(a => [a.application, a.options])),
    problem => {
      loaded = null;
      throw problem;
    });
  return loaded;
}

export const capital = text => text.charAt(0).toUpperCase() + text.slice(1);

const path = option => option.pointer.slice(1).split('/');
const id = option => `setting-${path(option).join('-')}`;
const number = value => value.toLocaleString('en', { maximumFractionDigits: 6 });
const read = (option, settings) => path(option).reduce((value, name) => value?.[name], settings) ?? undefined;

function write(option, settings, value) {
  const names = path(option), last = names.pop();
  for (const name of names) settings = settings[name] ??= {};
  settings[last] = value;
}

const choices = option => option.kind === 'flag' ? [{ name: 'true', label: 'on' }, { name: 'false', label: 'off' }] : option.values;
const chosen = (option, text) => option.kind === 'flag' ? text === 'true' : text;

function control(option, changed) {
  const props = { id: id(option), 'aria-describedby': `${id(option)}-hint`, onchange: changed };
  if (choices(option)) return h('select', props, h('option', { value: '' }, 'default'), choices(option).map(c => h('option', { value: c.name }, c.label)));
  props.oninput = changed;
  if (option.kind === 'rate') return h('input', { ...props, inputmode: 'decimal', pattern: '[0-9]+([.][0-9]+)?(/[0-9]+)?' });
  return h('input', { ...props, type: 'number', inputmode: 'decimal', min: option.minimum, max: option.maximum, step: option.kind === 'integer' ? 1 : 'any' });
}

/** A form with the options of an application; `settings` differ from the defaults. */
export class SettingsForm {
  #fields = [];

  constructor(options, settings, changed) {
    const groups = new Map();
    for (const option of options.filter(o => !excluded.has(path(o)[0]))) {
      if (!groups.has(option.group)) groups.set(option.group, h('fieldset', null, h('legend', null, option.group)));
      const field = control(option, changed);
      const now = read(option, settings);
      if (now !== undefined) field.value = now;
      this.#fields.push({ option, field });
      const range = option.maximum === undefined ? null : `${number(option.minimum)} to ${number(option.maximum)}. `;
      groups.get(option.group).append(h('div', { class: 'setting' },
        h('label', { for: id(option) }, option.label, option.unit && h('span', { class: 'unit' }, option.unit)), field,
        h('p', { id: `${id(option)}-hint`, class: 'hint' }, range && h('span', { class: 'range' }, range), `${option.effect}.`)));
    }
    this.element = h('div', { class: 'settings' }, [...groups.values()]);
  }

  /** Shows the values that the server uses for empty fields. */
  showDefaults(used) {
    for (const { option, field } of this.#fields) {
      const value = read(option, used);
      if (choices(option)) field.options[0].textContent = choices(option).find(c => c.name === String(value))?.label ?? 'default';
      else field.placeholder = value ?? option.unsetText ?? 'auto';
    }
  }

  /** The changed settings; null if a field is invalid. */
  settings() {
    const settings = {};
    for (const { option, field } of this.#fields) {
      if (field.value === '' && !field.validity.badInput) continue;
      if (!field.checkValidity()) return null;
      write(option, settings, choices(option) ? chosen(option, field.value) : option.kind === 'rate' ? field.value : Number(field.value));
    }
    return settings;
  }

  get changed() { return this.#fields.filter(({ field }) => field.value !== '').length; }
}
