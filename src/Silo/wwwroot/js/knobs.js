// Every knob of the method: what it is called, its unit and range, and what turning it does. What is left empty is as the preset has
// it; the server says what that is.

import { h } from './dom.js';

const all = ['generation', 'retargeting', 'analogy', 'sketch', 'inpainting'];
const noisy = ['generation', 'inpainting', 'analogy', 'sketch'];
const structured = ['analogy', 'sketch'];

const number = (min, max, step, whole) => ({ kind: 'number', min, max, step, whole });
const choice = (...options) => ({ kind: 'choice', options });

const knobs = [
  { group: 'What is read' },
  { key: 'maxHeight', name: 'Largest height', unit: 'pixels', ...number(8, 4320, 1, true), on: all, effect: 'Higher frames are made smaller first. Half the height takes a quarter of the time and memory.' },
  { key: 'frameRate', name: 'Pace', unit: 'frames a second', ...number(0.1, 240, 'any'), text: true, on: all, effect: 'Plays faster or slower; the frames stay the same.' },
  { group: 'Start' },
  { key: 'noise', name: 'Noise', unit: 'σ, for colours from −1 to 1', ...number(0, 1000, 'any'), on: noisy, effect: 'What a sample starts from. 0 nearly gives the clip back; larger values stray further from it.' },
  { key: 'noiseTime', name: 'Noise in time', ...choice(['replicated', 'the same in every frame'], ['independent', 'drawn for every frame']), on: noisy, effect: 'The same in every frame keeps motions natural.' },
  { key: 'minS', name: 'Coarsest size', unit: 'pixels, shorter side', ...number(1, 10000, 1, true), on: all, effect: 'Where things are decided: smaller rearranges more, larger keeps more of the layout.' },
  { key: 'minT', name: 'Coarsest length', unit: 'frames', ...number(1, 10000, 1, true), on: all, effect: 'The same in time: larger keeps more of when things happen.' },
  { key: 'downscaleS', name: 'Step in space', unit: 'factor', ...number(0.1, 1, 0.01), on: all, effect: 'From each level to the next coarser one. Nearer to 1: more levels, slower, smoother.' },
  { key: 'downscaleT', name: 'Step in time', unit: 'factor', ...number(0.1, 1, 0.01), on: all, effect: 'The same in time.' },
  { group: 'Matching' },
  { key: 'patch', part: 't', name: 'Patch length', unit: 'frames', ...number(1, 15, 1, true), on: all, effect: 'Longer patches keep longer motions whole. Time goes with it. Give length and side together.' },
  { key: 'patch', part: 's', name: 'Patch side', unit: 'pixels', ...number(1, 15, 1, true), on: all, effect: 'Larger patches keep larger things whole. Time goes with its square.' },
  { key: 'iterations', name: 'Rounds', unit: 'per level', ...number(1, 100, 1, true), on: all, effect: 'Of matching and voting at each level. Time goes with it; beyond 5 little changes.' },
  { key: 'completeness', name: 'Completeness', unit: 'α', ...number(0.000001, 1000000, 'any'), on: all, effect: 'The smaller, the more of the source is used. Large values let it repeat its favourite parts.' },
  { key: 'search', name: 'Search', ...choice(['patchmatch', 'PatchMatch'], ['jumpflood', 'jump flood'], ['exhaustive', 'exhaustive']), on: all, effect: 'Exhaustive finds the best match for certain, and is slow beyond tiny clips.' },
  { key: 'vote', name: 'Vote', ...choice(['median', 'median'], ['mean', 'mean'], ['gaussian', 'Gaussian']), on: all, effect: 'How a pixel is made of the patches that cover it. The median is sharpest.' },
  { key: 'engine', name: 'Engine', ...choice(['fast', 'fast, 8 bits'], ['float', 'exact, floats']), on: all, effect: 'Floats take several times as long and four times the memory, for a difference that few see.' },
  { group: 'Movement', on: structured },
  { key: 'bins', part: 'content', name: 'Speeds of the movement', unit: 'bins', ...number(2, 256, 1, true), on: structured, effect: 'Into how many speeds it is sorted. Few bins match broadly. Give both together.' },
  { key: 'bins', part: 'style', name: 'Speeds of the look', unit: 'bins', ...number(2, 256, 1, true), on: structured, effect: 'The same for the clip that gives the look.' },
  { key: 'flowLimit', name: 'Movement counts', unit: 'part of the levels', ...number(0, 1, 0.05), on: structured, effect: 'From the coarsest level on. Higher follows movement closer, and copies less whole.' },
  { key: 'ink', name: 'Ink', ...choice(['auto', 'what differs from the border'], ['dark', 'dark'], ['light', 'light']), on: ['sketch'], effect: 'Which values of the sketch are strokes.' },
  { key: 'match', name: 'Strokes stand for', ...choice(['contrast', 'what stands out'], ['motion', 'what moves']), on: ['sketch'], effect: 'What of the look comes where the strokes are.' },
];

const id = knob => `knob-${knob.key}${knob.part ? `-${knob.part}` : ''}`;

/** The form with all knobs of an application; `settings` are those that were turned. */
export class KnobForm {
  #fields = [];

  constructor(application, settings, changed) {
    const shown = knobs.filter(k => !k.on || k.on.includes(application));
    const groups = [];
    for (const knob of shown) {
      if (knob.group) {
        groups.push(h('fieldset', null, h('legend', null, knob.group)));
        continue;
      }
      const field = h(knob.kind === 'choice' ? 'select' : 'input', { id: id(knob), 'aria-describedby': `${id(knob)}-hint`, onchange: changed },
        knob.kind === 'choice' && [h('option', { value: '' }, 'as the preset has it'), knob.options.map(([value, name]) => h('option', { value }, name))]);
      if (knob.kind === 'number') {
        Object.assign(field, { type: 'number', inputMode: 'decimal', min: knob.min, max: knob.max, step: knob.step });
        field.addEventListener('input', changed);
      }
      const now = this.#read(knob, settings);
      if (now !== undefined) field.value = now;
      this.#fields.push({ knob, field });
      const range = knob.kind === 'number' ? `${knob.min} to ${knob.max.toLocaleString('en')}` : null;
      groups.at(-1).append(h('div', { class: 'knob' },
        h('label', { for: id(knob) }, knob.name, knob.unit && h('span', { class: 'unit' }, knob.unit)), field,
        h('p', { id: `${id(knob)}-hint`, class: 'hint' }, range && h('span', { class: 'range' }, `${range}. `), knob.effect)));
    }
    this.element = h('div', { class: 'knobs' }, groups);
  }

  #read({ key, part }, settings) {
    const value = settings[key];
    if (value === undefined || value === null) return undefined;
    if (part === 's') return value.h;
    return part ? value[part] : value;
  }

  /** Shows what the server makes of knobs that were not turned. */
  showPresets(used) {
    for (const { knob, field } of this.#fields) {
      const value = this.#read(knob, used);
      const text = value ?? (knob.key === 'noise' ? 'by the clip' : knob.key === 'patch' || knob.key === 'iterations' ? 'by level' : 'none');
      if (knob.kind === 'choice') field.options[0].textContent = knob.options.find(([v]) => v === value)?.[1] ?? 'as the preset has it';
      else field.placeholder = text;
    }
  }

  /** The knobs that were turned, or null where one cannot be read. */
  settings() {
    const settings = {};
    for (const { knob, field } of this.#fields) {
      if (field.value === '' && !field.validity.badInput) {
        field.setCustomValidity('');
        continue;
      }
      if (knob.kind === 'number' && !field.checkValidity()) return null;
      const value = knob.kind === 'choice' || knob.text ? field.value : Number(field.value);
      if (knob.part === 's') settings.patch = { ...settings.patch, h: value, w: value };
      else if (knob.part) settings[knob.key] = { ...settings[knob.key], [knob.part]: value };
      else settings[knob.key] = value;
    }
    // What has parts is given whole or not at all.
    if (settings.patch && !(settings.patch.t && settings.patch.h)) settings.patch = { t: settings.patch.t ?? 3, h: settings.patch.h ?? 7, w: settings.patch.w ?? 7 };
    if (settings.bins) settings.bins = { content: settings.bins.content ?? 5, style: settings.bins.style ?? 5 };
    return settings;
  }

  get turned() { return this.#fields.filter(({ field }) => field.value !== '').length; }
}
