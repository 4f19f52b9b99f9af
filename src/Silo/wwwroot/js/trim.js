// Trimming of a clip: a track with two thumbs.

import { h } from './dom.js';

/** Calls `changed` with the first and the last frame, from 1. */
export function trimmer(frames, first, last, changed) {
  const from = h('input', { type: 'range', min: 1, max: frames, step: 1, value: first, 'aria-label': 'First frame used', oninput: () => move(from) });
  const to = h('input', { type: 'range', min: 1, max: frames, step: 1, value: last, 'aria-label': 'Last frame used', oninput: () => move(to) });
  const told = h('output', { class: 'trim-told' });
  const element = h('div', { class: 'trim', role: 'group', 'aria-label': 'Frames used' }, h('span', { class: 'trim-name' }, 'Frames'),
    h('div', { class: 'trim-track' }, from, to), told);

  function show() {
    const [a, b] = [Number(from.value), Number(to.value)];
    element.style.setProperty('--from', (a - 1) / Math.max(1, frames - 1));
    element.style.setProperty('--to', (b - 1) / Math.max(1, frames - 1));
    told.textContent = a === 1 && b === frames ? `All ${frames} frames` : `${a} to ${b} of ${frames}`;
    for (const thumb of [from, to]) thumb.setAttribute('aria-valuetext', `frame ${thumb.value} of ${frames}`);
  }

  // A clip has at least two frames.
  function move(thumb) {
    if (Number(to.value) - Number(from.value) < 1) {
      if (thumb === from) from.value = Number(to.value) - 1;
      else to.value = Number(from.value) + 1;
    }
    show();
    changed(Number(from.value), Number(to.value));
  }

  show();
  return element;
}
