// Compares two videos side by side or with a wipe, with common zoom and position.

import { fill, h, iconButton } from './dom.js';
import { Player, VideoScreen } from './player.js';
import { playerBar } from './playerbar.js';

/** @param sources name, link, frames and offset of each video; `a` and `b` are the indices of the first two. */
export function compare(sources, a, b, { size, fps, frames, signal }) {
  const stop = new AbortController(), player = new Player(AbortSignal.any([signal, stop.signal]));
  const panes = ['a', 'b'].map(side => h('div', { class: `pane ${side}` }));
  const stage = h('div', { class: 'compare-stage beside', tabindex: '0', role: 'group', 'aria-label': 'The two videos. Arrow keys pan when zoomed.' }, panes);
  stage.style.setProperty('--shape', `${size.width} / ${size.height}`);
  stage.style.setProperty('--ratio', size.width / size.height);
  const screens = [null, null];
  const view = { zoom: 1, x: 0, y: 0 };

  function set(side, index) {
    const source = sources[index];
    const video = h('video', { muted: true, playsinline: true, disablepictureinpicture: true, preload: 'auto', tabindex: '-1', src: source.link, 'aria-label': source.name });
    if (screens[side]) player.remove(screens[side]);
    screens[side] = new VideoScreen(video, { fps, frames: source.frames, offset: source.offset, loops: source.loops });
    fill(panes[side], video, h('span', { class: 'pane-name' }, source.name));
    player.add(screens[side]);
  }

  const pick = (side, label, value) => {
    const select = h('select', { 'aria-label': label, onchange: () => set(side, Number(select.value)) }, sources.map((s, i) => h('option', { value: i, selected: i === value }, s.name)));
    return select;
  };
  const wipe = h('input', { type: 'range', min: 0, max: 100, value: 50, 'aria-label': 'Wipe position', hidden: true, oninput: () => showWipe() });
  const showWipe = () => stage.style.setProperty('--wipe', `${wipe.value}%`);
  const mode = (value, name) => h('label', { class: 'chip' }, h('input', { type: 'radio', name: 'compare-mode', value, checked: value === 'beside', onchange: () => {
    stage.classList.toggle('beside', value === 'beside');
    stage.classList.toggle('wipe', value === 'wipe');
    wipe.hidden = value !== 'wipe';
    showWipe();
  } }), name);

  const zoom = h('input', { type: 'range', min: 1, max: 8, step: 0.5, value: 1, oninput: () => {
    view.zoom = Number(zoom.value);
    move(0, 0);
  } });
  function move(dx, dy) {
    const most = 50 * (1 - 1 / view.zoom);
    view.x = Math.min(most, Math.max(-most, view.x + dx));
    view.y = Math.min(most, Math.max(-most, view.y + dy));
    stage.style.setProperty('--zoom', view.zoom);
    stage.style.setProperty('--x', `${view.x}%`);
    stage.style.setProperty('--y', `${view.y}%`);
    zoom.setAttribute('aria-valuetext', `${view.zoom} times`);
  }
  const arrows = { ArrowLeft: [5, 0], ArrowRight: [-5, 0], ArrowUp: [0, 5], ArrowDown: [0, -5] };
  stage.addEventListener('keydown', e => {
    if (!arrows[e.key] || view.zoom === 1) return;
    e.preventDefault();
    move(...arrows[e.key].map(d => d / view.zoom));
  });
  stage.addEventListener('pointermove', e => {
    if (!(e.buttons & 1)) return;
    const box = panes[0].getBoundingClientRect();
    if (view.zoom > 1) {
      move(100 * e.movementX / box.width / view.zoom, 100 * e.movementY / box.height / view.zoom);
    } else if (stage.classList.contains('wipe')) {
      wipe.value = 100 * (e.clientX - box.left) / box.width;
      showWipe();
    }
  });

  const bar = h('div', { class: 'player inline-player' });
  const dialog = h('dialog', { class: 'dialog wide', 'aria-labelledby': 'compare-title', onclose: () => { stop.abort(); dialog.remove(); } },
    h('div', { class: 'dialog-head' }, h('h2', { id: 'compare-title' }, 'Compare'),
      h('div', { class: 'row' }, pick(0, 'First video', a), h('span', { class: 'hint' }, 'with'), pick(1, 'Second video', b)),
      h('div', { class: 'row', role: 'radiogroup', 'aria-label': 'Layout' }, mode('beside', 'Side by side'), mode('wipe', 'Wipe')),
      h('label', { class: 'inline' }, h('span', null, 'Zoom'), zoom),
      iconButton('close', 'Close', () => dialog.close())),
    stage, wipe, bar);
  signal.addEventListener('abort', () => dialog.close());
  playerBar(bar, player, { label: 'Player of the comparison', keysFrom: dialog, signal: stop.signal });
  player.setRange(0, frames, fps);
  document.body.append(dialog);
  set(0, a);
  set(1, b);
  move(0, 0);
  dialog.showModal();
  player.playUnlessStill();
}
