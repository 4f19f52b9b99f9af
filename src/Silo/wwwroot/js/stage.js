// The edited clip: its player, trimming and painting.

import { showClip } from './clips.js';
import { fill, h } from './dom.js';
import { parseFrameRate, round, sizeText } from './format.js';
import { Painter } from './paint.js';
import { Player, VideoScreen } from './player.js';
import { playerBar } from './playerbar.js';
import { trimmer } from './trim.js';

export class Stage {
  #clip;
  #video;
  #tools = h('div', { class: 'stage-tools' });
  #screen = h('div', { class: 'stage-screen' });
  painter = null;

  /** Calls `change` to choose another clip, and `changed` after changes of the frame range or the painting. */
  constructor(clip, { first, last, change, changed, signal }) {
    const fps = parseFrameRate(clip.frameRate);
    this.#clip = clip;
    this.changed = changed;
    this.first = first ?? 1;
    this.last = Math.min(last ?? clip.size.frames, clip.size.frames);
    this.player = new Player(signal);
    this.#video = h('video', { muted: true, playsinline: true, disablepictureinpicture: true, preload: 'auto', tabindex: '-1', 'aria-label': clip.name });
    this.#screen.style.setProperty('--shape', `${clip.size.width} / ${clip.size.height}`);
    this.#screen.style.setProperty('--ratio', clip.size.width / clip.size.height);
    this.#screen.append(this.#video);
    showClip(this.#video, clip);
    const bar = h('div', { class: 'player inline-player' });
    this.element = h('div', { class: 'stage panel' },
      h('div', { class: 'stage-head' }, h('h2', null, h('bdi', null, clip.name)), h('p', { class: 'hint' }, `${sizeText(clip.size)}, ${round(fps, 2)} fps`),
        h('button', { type: 'button', class: 'quiet', onclick: change }, 'Change clip')),
      this.#screen, bar,
      trimmer(clip.size.frames, this.first, this.last, (a, b) => {
        Object.assign(this, { first: a, last: b });
        this.#range();
        changed();
      }),
      this.#tools);
    playerBar(bar, this.player, { label: 'Player of the clip', signal });
    this.player.add(new VideoScreen(this.#video, { fps, frames: clip.size.frames }));
    this.#range();
    this.player.playUnlessStill();
  }

  get trimmed() { return this.first > 1 || this.last < this.#clip.size.frames; }

  /** Shows or hides the painting tools; the painting is kept. */
  paint(on) {
    if (on && !this.painter) this.painter = new Painter(this.#clip, this.player, this.changed);
    if (on) {
      this.player.pause();
      this.#screen.append(this.painter.canvas);
      fill(this.#tools, this.painter.tools);
      this.painter.draw();
    } else {
      this.painter?.canvas.remove();
      fill(this.#tools);
    }
  }

  #range() { this.player.setRange(this.first - 1, this.last - this.first + 1, parseFrameRate(this.#clip.frameRate)); }
}
