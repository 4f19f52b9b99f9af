// The applications, each with its form. The choices of a form set several settings of the method at once.

import { bring, clipButton, pickClip } from './clips.js';
import { fill, h, icon, iconButton, toast } from './dom.js';
import { capital } from './settings.js';

const input = (role, video) => ({ role, video: video.id });
const chips = (name, label, options, value, changed) => h('fieldset', { class: 'chips' }, h('legend', null, label), options.map(([key, text, hint]) =>
  h('label', { class: 'chip', title: hint }, h('input', { type: 'radio', name, value: key, checked: key === value, onchange: () => changed(key) }), text)));

const variation = {
  subtle: ['Subtle', 'Keeps more of the layout', { minS: 30 }],
  balanced: ['Balanced', 'Rearranges moving parts', {}],
  bold: ['Bold', 'Rearranges more, and may break up objects', { minS: 12 }],
};

/** The field of a second clip. */
function second(state, { label, hint, changed, optional }, signal) {
  const place = h('div', { class: 'second' });
  const choose = async () => {
    const clip = await pickClip(label, signal);
    if (!clip) return;
    state.second = clip;
    show();
    changed();
  };
  function show() {
    fill(place, h('h3', null, label), h('p', { class: 'hint' }, hint),
      state.second ? h('div', { class: 'row' }, clipButton(state.second, choose), optional && iconButton('close', 'Remove this clip', () => {
        state.second = null;
        show();
        changed();
      })) : h('button', { type: 'button', onclick: choose }, optional ? 'Add a clip' : 'Choose a clip'));
  }
  show();
  return place;
}

/** A slider for a factor of the clip's size or length. */
function slider(state, axis, name, told, changed) {
  const value = h('output', { for: `shape-${axis}` });
  const range = h('input', { id: `shape-${axis}`, type: 'range', min: 25, max: 200, step: 5, value: Math.round(100 * state.shape[axis]), oninput: () => {
    state.shape[axis] = Number(range.value) / 100;
    show();
    changed();
  } });
  const show = () => {
    value.textContent = told(state.shape[axis]);
    range.setAttribute('aria-valuetext', `${range.value} percent, ${value.textContent}`);
  };
  show();
  return h('div', { class: 'slider' }, h('label', { for: `shape-${axis}` }, name), value, range);
}

const preset = (name, shape) => ({ name, shape });
const shapes = [preset('Half as wide', [1, 1, 0.5]), preset('Wider', [1, 1, 1.5]), preset('Shorter', [0.5, 1, 1]), preset('Longer', [1.5, 1, 1])];

export const recipes = [
  {
    application: 'generation', icon: 'more', name: 'Variations', hint: 'The same scene, rearranged', samples: 4,
    fields(state, changed, signal, clip, option) {
      return [
        chips('variation', 'Variation', Object.entries(variation).map(([key, [name, hint]]) => [key, name, hint]), state.variation, key => { state.variation = key; changed(); }),
        h('label', { class: 'check' }, h('input', { type: 'checkbox', checked: state.loop, onchange: e => { state.loop = e.target.checked; changed(); } }),
          h('span', null, option('/loop').label, h('span', { class: 'hint' }, ` – ${option('/loop').effect}`))),
        second(state, { label: 'Mix in another clip (optional)', hint: 'Results draw on both.', changed, optional: true }, signal),
      ];
    },
    inputs: (state, clip) => [input('input', clip), ...state.second ? [input('input', state.second)] : []],
    settings: state => ({ ...variation[state.variation][2], ...state.loop ? { loop: true } : {} }),
  },
  {
    application: 'retargeting', icon: 'shape', name: 'Resize or retime', hint: 'Objects keep their size and speed', samples: 1,
    fields(state, changed, signal, clip) {
      const sliders = h('div');
      const show = () => fill(sliders,
        slider(state, 'w', 'Width', f => `${Math.round(f * clip.size.width)} pixels`, changed), slider(state, 'h', 'Height', f => `${Math.round(f * clip.size.height)} pixels`, changed),
        slider(state, 't', 'Length', f => `${Math.round(f * (state.last() - state.first() + 1))} frames`, changed));
      show();
      return [
        h('div', { class: 'row' }, shapes.map(({ name, shape: [t, hh, w] }) => h('button', { type: 'button', class: 'chip', onclick: () => {
          state.shape = { t, h: hh, w };
          show();
          changed();
        } }, name))),
        sliders,
      ];
    },
    inputs: (state, clip) => [input('input', clip)],
    settings: state => ({ scale: state.shape }),
    lacks: state => Object.values(state.shape).every(f => f === 1) ? 'Choose another size or length first' : null,
  },
  {
    application: 'analogy', icon: 'look', name: 'Style transfer', hint: 'Move like this clip, look like another', samples: 1,
    fields: (state, changed, signal) => [second(state, { label: 'Style clip', hint: 'Clips with similar motion work best: water and lava, smoke and clouds.', changed }, signal), swap(state)],
    inputs: (state, clip) => [input('content', clip), input('style', state.second)],
    settings: () => ({}),
    lacks: state => state.second ? null : 'Choose a style clip first',
  },
  {
    application: 'sketch', icon: 'sketch', name: 'From a sketch', hint: 'This clip is your sketch; another gives the style', samples: 1,
    fields: (state, changed, signal) => [second(state, { label: 'Style clip', hint: 'Its most salient objects appear where the strokes are.', changed }, signal), swap(state)],
    inputs: (state, clip) => [input('sketch', clip), input('style', state.second)],
    settings: () => ({}),
    lacks: state => state.second ? null : 'Choose a style clip first',
  },
  {
    application: 'inpainting', icon: 'fillin', name: 'Remove or replace', hint: 'Paint over part of the clip', samples: 1, paints: true,
    fields(state, changed, signal, clip, option) {
      const start = option('/cue');
      const told = h('p', { class: 'hint' }), cue = h('div');
      const show = () => {
        fill(cue, state.mask && chips('cue', start.label, start.values.map(c => [c.name, capital(c.label)]), state.cue, key => { state.cue = key; changed(); }));
        told.textContent = state.mask ? `Using the mask ${state.mask.name}. Painting replaces it.` : 'Paint on the clip. “Paint colour” shows what should appear there; “Remove” fills the area from its surroundings.';
      };
      const file = h('input', { type: 'file', accept: 'image/*,video/*', class: 'unseen', tabindex: '-1', 'aria-hidden': 'true', onchange: async () => {
        try {
          state.mask = await bring(file.files[0], () => {}, signal);
          state.cue = 'none';
          show();
          changed();
        } catch (e) {
          toast(e.message, 'bad');
        }
      } });
      show();
      return [told, cue, h('button', { type: 'button', onclick: () => file.click() }, 'Use a mask file'), file,
        h('p', { class: 'hint' }, 'White areas are filled. An image applies to all frames.')];
    },
    // Before anything is painted, the clip stands in for the mask in estimates, which depend on sizes only.
    inputs: (state, clip) => [input('input', clip), input('mask', state.mask ?? clip)],
    settings: state => ({ cue: state.cue }),
    lacks: state => state.mask || state.stage().painter?.painted ? null : 'Paint over the part to fill first',
  },
];

const swap = state => h('button', { type: 'button', class: 'quiet', onclick: () => { if (state.second) state.swap(); } }, icon('swap'), ' Swap the two');
