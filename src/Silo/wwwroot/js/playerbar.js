// The controls of a player: play, step, seek, loop, speed, and their keys.

import { fill, h, icon, iconButton } from './dom.js';

const speeds = [0.1, 0.25, 0.5, 1, 2, 4];

/** Fills an element with a player's controls; `size` adds a slider for the size of videos. */
export function playerBar(bar, player, { label = 'Player for all videos', size, keysFrom = document, signal } = {}) {
  const scrub = h('input', { class: 'scrub', type: 'range', step: '1', 'aria-label': 'Frame', oninput: () => player.seek(Number(scrub.value)) });
  const play = h('button', { type: 'button', class: 'icon-button main', onclick: () => player.toggle() });
  const frame = h('output', { class: 'frame' });
  const loop = iconButton('loop', 'Loop', () => player.setLoop(!player.loop), { title: 'Loop (L)' });
  const speed = h('select', { onchange: () => player.setSpeed(Number(speed.value)) }, speeds.map(s => h('option', { value: s, selected: s === 1 }, `${s}×`)));
  bar.setAttribute('role', 'group');
  bar.setAttribute('aria-label', label);
  bar.hidden = false;
  fill(bar, scrub, h('div', { class: 'buttons' },
    iconButton('back', 'One frame back', () => player.step(-1), { title: 'One frame back (←)' }), play,
    iconButton('forward', 'One frame forward', () => player.step(1), { title: 'One frame forward (→)' }), frame,
    h('span', { class: 'gap' }), loop,
    h('label', { class: 'inline' }, h('span', null, 'Speed'), speed),
    size && h('label', { class: 'inline size' }, h('span', null, 'Size'), size)));

  let wasPlaying;
  function show() {
    scrub.min = player.first;
    scrub.max = player.end - 1;
    scrub.value = player.frame;
    scrub.setAttribute('aria-valuetext', `frame ${player.frame + 1 - player.first} of ${player.frames}`);
    frame.textContent = `${player.frame + 1 - player.first} / ${player.frames}`;
    loop.setAttribute('aria-pressed', String(player.loop));
    if (player.playing === wasPlaying) return;
    wasPlaying = player.playing;
    const name = player.playing ? 'Pause' : 'Play';
    fill(play, icon(player.playing ? 'pause' : 'play'));
    play.setAttribute('aria-label', name);
    play.title = `${name} (space)`;
  }

  const faster = by => {
    speed.selectedIndex = Math.min(speeds.length - 1, Math.max(0, speed.selectedIndex + by));
    player.setSpeed(Number(speed.value));
  };
  const keys = {
    ' ': () => player.toggle(), k: () => player.toggle(),
    ArrowLeft: () => player.step(-1), ArrowRight: () => player.step(1), ',': () => player.step(-1), '.': () => player.step(1),
    Home: () => player.seek(player.first), End: () => player.seek(player.end - 1),
    l: () => player.setLoop(!player.loop), '[': () => faster(-1), ']': () => faster(1),
  };
  keysFrom.addEventListener('keydown', e => {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey) return;
    // Focused controls handle their own keys, and an open dialog blocks the keys of the page below.
    if (e.target.closest('select, input, textarea, canvas[tabindex]') || (keysFrom === document && document.querySelector('dialog[open]'))) return;
    if (e.key === ' ' && e.target.closest('button, summary, a')) return;
    const action = keys[e.key.length === 1 ? e.key.toLowerCase() : e.key];
    if (!action) return;
    e.preventDefault();
    action();
  }, { signal });
  player.addEventListener('change', show);
  show();
}
