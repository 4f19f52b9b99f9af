// The form of a request: a clip, an application and its settings.

import { get, paint, post } from './api.js';
import { dropZone, earlierClips, ready } from './clips.js';
import { fill, h, icon, say, toast } from './dom.js';
import { estimator, showEstimate, tooLarge } from './estimate.js';
import { plural } from './format.js';
import { recipes } from './recipes.js';
import { SettingsForm, loadOptions } from './settings.js';
import { Stage } from './stage.js';

export async function show(main, [verb, id], { signal }) {
  const page = h('section', { class: 'make' });
  main.append(page);
  if (verb === 'from' && id) await workshop(page, await settingsOf(id, signal), signal);
  else if (verb === 'clip' && id) await workshop(page, { clip: await get(`/v1/videos/${id}`, { signal }) }, signal);
  else choose(page, signal);
}

function choose(page, signal) {
  const chosen = clip => workshop(page, { clip }, signal).catch(problem => { if (problem.name !== 'AbortError') toast(problem.message, 'bad'); });
  fill(page, h('div', { class: 'hello' },
    h('h1', { tabindex: '-1' }, 'Drop a video to make new ones'),
    h('p', { class: 'lead' }, 'New videos are assembled from patches of yours: the same scene, rearranged in space and time.')),
  dropZone({ text: 'Drop a video here', chosen, signal }),
  earlierClips({ chosen, signal }));
}

/** The inputs of an earlier request, and its settings that differ from the defaults. */
async function settingsOf(id, signal) {
  const request = await get(`/v1/requests/${id}`, { signal });
  const videos = await Promise.all(request.inputs.map(i => get(`/v1/videos/${i.video}`, { signal })));
  const { settings: usual } = await post('/v1/estimates', { application: request.application, inputs: request.inputs, settings: request.settings.loop ? { loop: true } : {} }, { signal });
  const changed = Object.fromEntries(Object.entries(request.settings).filter(([key, value]) => JSON.stringify(usual[key]) !== JSON.stringify(value)));
  const { firstFrame, lastFrame, loop, scale, size, cue, ...settings } = changed;
  return {
    clip: videos[0],
    second: request.application === 'inpainting' ? null : videos[1] ?? null,
    mask: request.application === 'inpainting' ? videos[1] : null,
    application: request.application,
    samples: request.samples.total, seed: request.seed,
    first: firstFrame, last: lastFrame, loop: request.settings.loop === true, cue: request.settings.cue, settings,
    // Settings without a control in the form are kept.
    kept: { ...request.application !== 'retargeting' && scale ? { scale } : {}, ...size ? { size } : {} },
    shape: request.application === 'retargeting' ? scale : undefined,
  };
}

async function workshop(page, given, outer) {
  // Aborted when another clip is chosen.
  const abort = new AbortController(), signal = AbortSignal.any([outer, abort.signal]);
  const { clip } = given;
  const options = await loadOptions();
  if (signal.aborted) return;
  const state = {
    second: null, mask: null, variation: 'balanced', loop: false, shape: { t: 1, h: 1, w: 1 }, cue: 'paint', settings: {}, kept: {}, seed: '',
    first: () => stage.first, last: () => stage.last, stage: () => stage,
    swap: () => {
      abort.abort();
      workshop(page, { ...given, clip: state.second, second: clip, application: recipe.application }, outer);
    },
  };
  for (const key of ['second', 'mask', 'loop', 'shape', 'cue', 'settings', 'kept', 'seed']) if (given[key] !== undefined && given[key] !== null) state[key] = given[key];
  let recipe = recipes.find(r => r.application === given.application) ?? recipes[0];
  let samples = given.samples ?? recipe.samples;
  let form;

  const stage = new Stage(clip, {
    first: given.first, last: given.last, changed: () => changed(), signal,
    change: () => {
      abort.abort();
      choose(page, outer);
      page.querySelector('h1').focus({ preventScroll: true });
    },
  });
  const fields = h('div', { class: 'fields' });
  const estimate = h('div', { class: 'estimate-place', 'aria-live': 'polite' });
  const error = h('p', { class: 'error', role: 'alert' });
  const number = h('input', { id: 'samples', type: 'number', min: 1, max: 1000, step: 1, value: samples, inputMode: 'numeric', oninput: () => { samples = Number(number.value); changed(); } });
  const seed = h('input', { id: 'seed', inputMode: 'numeric', pattern: '[0-9]{1,20}', placeholder: 'random', value: state.seed, 'aria-describedby': 'seed-hint', oninput: () => changed() });
  const count = h('span', { class: 'changes' });
  const advanced = h('details', { class: 'advanced' }, h('summary', null, 'Advanced', count));
  const button = h('button', { type: 'submit', class: 'primary large' });
  const missing = h('p', { id: 'missing', class: 'hint', role: 'status' });
  button.setAttribute('aria-describedby', 'missing');
  const recipeForm = h('form', { class: 'recipe panel', onsubmit: submit },
    h('fieldset', { class: 'recipes' }, h('legend', null, 'What to make'), recipes.map(r => h('label', { class: 'recipe-choice' },
      h('input', { type: 'radio', name: 'recipe', value: r.application, checked: r === recipe, onchange: () => take(r) }),
      icon(r.icon), h('span', null, h('span', { class: 'recipe-name' }, r.name), h('span', { class: 'hint' }, r.hint))))),
    fields,
    h('div', { class: 'count' }, h('label', { for: 'samples' }, 'Number of videos'), number),
    advanced, h('div', { class: 'recipe-foot' }, estimate, error, button, missing));
  fill(page, h('h1', { class: 'unseen', tabindex: '-1' }, 'Make'), stage.element, recipeForm);
  const ask = estimator(estimated, signal);
  const option = pointer => options[recipe.application].find(o => o.pointer === pointer);

  function take(next) {
    if (recipe !== next) {
      recipe = next;
      state.settings = {};
      samples = recipe.samples;
      number.value = samples;
    }
    stage.paint(recipe.paints === true);
    fill(fields, recipe.fields(state, changed, signal, clip, option));
    form = new SettingsForm(options[recipe.application], state.settings, changed);
    fill(advanced, advanced.querySelector('summary'), h('div', { class: 'setting' }, h('label', { for: 'seed' }, 'Seed', h('span', { class: 'unit' }, 'integer')), seed,
      h('p', { id: 'seed-hint', class: 'hint' }, 'The same seed and settings give identical videos.')), form.element);
    changed();
  }

  function draft() {
    const settings = form.settings();
    if (!settings || !seed.checkValidity() || !number.checkValidity() || samples < 1) return null;
    if (recipe.lacks?.(state) && recipe.application !== 'inpainting' && recipe.application !== 'retargeting') return null;
    if (stage.painter?.painted) state.cue = stage.painter.hasCues ? 'paint' : 'none';
    return {
      application: recipe.application, inputs: recipe.inputs(state, clip), samples, ...seed.value ? { seed: seed.value } : {},
      settings: { ...state.kept, ...recipe.settings(state), ...stage.trimmed ? { firstFrame: stage.first, lastFrame: stage.last } : {}, ...settings },
    };
  }

  function changed() {
    if (!form) return;
    const lacks = recipe.lacks?.(state), now = draft();
    error.textContent = now || lacks ? '' : 'A number under Advanced is out of range.';
    button.disabled = !now || Boolean(lacks);
    button.textContent = samples === 1 ? 'Make video' : `Make ${plural(samples, 'video')}`;
    missing.textContent = lacks ?? '';
    count.textContent = form.changed > 0 ? `${plural(form.changed, 'setting')} changed` : '';
    ask(now);
  }

  function estimated(answer, problem) {
    if (answer) {
      form.showDefaults(answer.settings);
      const reason = tooLarge(answer, option('/maxHeight').label.toLowerCase());
      error.textContent = reason ?? '';
      if (reason) button.disabled = true;
    } else if (problem) {
      error.textContent = problem.message;
    }
    showEstimate(estimate, answer, samples);
  }

  async function submit(e) {
    e.preventDefault();
    const wanted = draft();
    if (!wanted || button.disabled) return;
    button.disabled = true;
    error.textContent = '';
    try {
      if (stage.painter?.painted && recipe.paints) {
        button.textContent = 'Painting…';
        const { ranges, png } = await stage.painter.export();
        const painting = await paint(clip.id, ranges, png);
        const [painted, mask] = await Promise.all([ready(painting.painted, signal), ready(painting.mask, signal)]);
        wanted.inputs = [{ role: 'input', video: painted.id }, { role: 'mask', video: mask.id }];
      }
      const request = await post('/v1/requests', wanted, { headers: { 'Idempotency-Key': key() } });
      say(`${plural(samples, 'video')} submitted.`);
      location.hash = `#/look/${request.id}`;
    } catch (problem) {
      if (problem.name === 'AbortError') return;
      toast(problem.message, 'bad');
      changed();
    }
  }

  take(recipe);
  scrollTo(0, 0);
  page.querySelector('h1').focus({ preventScroll: true });
}

// An idempotency key, so that a call that the browser repeats does not submit a second request.
const key = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, '0')).join('');
