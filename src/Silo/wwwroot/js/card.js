// Cards of the grid: an input, or a sample from its first preview to its download.

import { get, post } from './api.js';
import { localCopies } from './clips.js';
import { facts, fill, h, icon, notSent, toast } from './dom.js';
import { duration, isOver, round, states } from './format.js';
import { StripScreen, VideoScreen } from './player.js';

const fileName = sample => `${sample.request.slice(-6)}-${String(sample.index).padStart(4, '0')}`;

class Card {
  constructor(player, name, size) {
    this.player = player;
    this.name = name;
    this.badge = h('span', { class: 'badge', hidden: true });
    this.screen = h('button', { type: 'button', class: 'screen', 'aria-label': `Enlarge ${name}`, 'aria-pressed': 'false', onclick: () => {
      const large = this.element.classList.toggle('large');
      this.screen.setAttribute('aria-pressed', String(large));
      this.element.scrollIntoView({ block: 'nearest' });
    } }, this.badge);
    this.title = h('h3', null, name);
    this.state = h('span', { class: 'card-state' });
    this.element = h('article', { class: 'card', 'aria-label': name }, this.screen, h('div', { class: 'caption' }, this.title, this.state));
    this.element.style.setProperty('--shape', `${size.width} / ${size.height}`);
    this.element.style.setProperty('--ratio', size.width / size.height);
  }

  /** Shows a video, which is loaded when it scrolls near the window. */
  play(source, options, poster, fallback) {
    const video = h('video', { muted: true, playsinline: true, disablepictureinpicture: true, preload: 'auto', tabindex: '-1', poster });
    const screen = new VideoScreen(video, options);
    const broken = h('span', { class: 'broken' }, 'This browser can’t play this video');
    video.addEventListener('error', () => {
      if (!video.src) return;
      if (fallback && video.src.startsWith('blob:')) video.src = fallback;
      else if (!broken.isConnected) this.screen.append(broken);
    });
    screen.visible = false;
    const watch = new IntersectionObserver(([entry]) => {
      screen.visible = entry.isIntersecting;
      if (screen.visible && !video.src) video.src = source;
    }, { rootMargin: '50% 0px' });
    watch.observe(this.screen);
    if (this.shown) this.player.remove(this.shown);
    this.player.add(screen);
    const before = this.before;
    const swap = () => {
      this.screen.querySelectorAll('video, canvas').forEach(e => { if (e !== video) e.remove(); });
    };
    this.screen.prepend(video);
    if (before) video.addEventListener('loadeddata', swap, { once: true });
    else swap();
    this.before = video;
    this.shown = screen;
  }
}

export class InputCard extends Card {
  constructor(player, video, { role, offset, fps }) {
    super(player, role, video.size);
    this.element.classList.add('input');
    fill(this.state, h('bdi', null, video.name));
    if (video.size.frames === 1) this.screen.prepend(h('img', { src: video.links.poster, alt: '' }));
    else this.play(localCopies.get(video.id) ?? video.links.preview, { fps, frames: video.size.frames, offset: -offset }, video.links.poster, video.links.preview);
    this.source = { name: role, link: video.links.preview, frames: video.size.frames, offset: -offset };
  }
}

export class SampleCard extends Card {
  #sample = null;
  #level = null;

  /** @param context fps, request, and `compare(card)`. */
  constructor(player, index, context) {
    super(player, `Sample ${index + 1}`, context.request.output);
    Object.assign(this, { index, context });
    this.bar = h('progress', { max: '1', value: 0, 'aria-label': `Progress of sample ${index + 1}` });
    this.tools = h('div', { class: 'tools' });
    this.more = h('div', { class: 'card-more' });
    this.element.append(this.bar, this.tools, this.more);
    this.waiting();
  }

  get sample() { return this.#sample; }

  waiting() {
    this.element.dataset.state = 'queued';
    this.state.textContent = states.queued;
    if (!this.before) {
      this.before = h('canvas', { width: 16, height: 9 });
      this.screen.prepend(this.before);
    }
  }

  /** Shows the state of a sample. */
  update(sample) {
    const before = this.#sample;
    // Ignores events that arrive out of order.
    if (before && Date.parse(sample.changed) < Date.parse(before.changed)) return;
    this.#sample = sample;
    this.element.dataset.state = sample.state;
    this.state.textContent = sample.state === 'succeeded' ? `Made in ${duration(sample.seconds)}` : sample.state === 'running' ? `${Math.floor(100 * sample.fraction)} %` : states[sample.state];
    this.bar.hidden = isOver(sample.state);
    this.bar.value = sample.fraction;
    if (sample.links.preview) this.#preview(sample);
    if (sample.links.video && !before?.links.video) this.#finished(sample);
    if (before?.state !== sample.state) this.#showTools(sample);
    if (sample.error) fill(this.more, h('p', { class: 'error' }, sample.error.message));
  }

  async #preview(sample) {
    if (this.#level === sample.level) return;
    this.#level = sample.level;
    if (!(this.shown instanceof StripScreen)) {
      const canvas = h('canvas');
      this.shown = new StripScreen(canvas, this.context.request.output.frames);
      this.strip = canvas;
    }
    const { shown } = this;
    if (!await shown.show(sample.links.preview, sample.previewFrames).catch(() => false) || this.#sample.links.video) return;
    if (!this.strip.isConnected) {
      this.before?.replaceWith(this.strip);
      this.before = this.strip;
      this.player.add(this.shown);
    }
    const { levels } = this.context.request;
    this.badge.hidden = false;
    this.badge.textContent = `${levels - sample.level} of ${levels} levels`;
    this.element.dataset.level = sample.level;
    this.element.dispatchEvent(new CustomEvent('preview', { bubbles: true, detail: sample }));
  }

  #finished(sample) {
    this.badge.hidden = true;
    const { fps, request } = this.context;
    this.play(sample.links.video, { fps, frames: request.output.frames, loops: request.settings.loop === true });
    this.source = { name: this.name, link: sample.links.video, frames: request.output.frames, offset: 0, loops: request.settings.loop === true };
  }

  #showTools(sample) {
    if (sample.state === 'queued' || sample.state === 'running') {
      fill(this.tools, h('button', { type: 'button', class: 'quiet', 'aria-label': `Cancel sample ${this.index + 1}`, onclick: async e => {
        e.target.disabled = true;
        await post(`${sample.links.self}/cancel`).then(s => this.update(s), problem => { e.target.disabled = false; toast(notSent(problem, 'Your cancel was not sent.'), 'bad'); });
      } }, 'Cancel'));
      return;
    }
    fill(this.more);
    if (sample.state !== 'succeeded') {
      fill(this.tools);
      return;
    }
    const n = this.index + 1;
    const field = h('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false', 'aria-label': `Source map of sample ${n}`, onclick: () => this.#showField(field) }, 'Source map');
    const quality = h('button', { type: 'button', class: 'quiet', 'aria-expanded': 'false', 'aria-label': `Quality of sample ${n}`, onclick: () => this.showQuality(quality) }, 'Quality');
    const save = (format, what) => h('a', { href: `${sample.links.video}?format=${format}`, download: `${fileName(sample)}.${format === 'png' ? 'zip' : format}` }, what);
    fill(this.tools,
      h('button', { type: 'button', class: 'quiet', 'aria-label': `Compare sample ${n}`, onclick: () => this.context.compare(this) }, 'Compare'), field, quality,
      h('details', { class: 'menu' }, h('summary', { 'aria-label': `Save sample ${n}` }, icon('save'), 'Save'),
        h('div', { class: 'menu-items' }, save('mp4', 'MP4 (plays everywhere)'), save('gif', 'Animated GIF'), save('png', 'PNG frames (lossless, zip)'))));
    this.quality = quality;
  }

  #showField(button) {
    const on = button.getAttribute('aria-pressed') !== 'true', sample = this.#sample, { fps, request } = this.context;
    button.setAttribute('aria-pressed', String(on));
    this.element.classList.toggle('field', on);
    this.play(on ? `${sample.links.field}?format=mp4` : sample.links.video, { fps, frames: request.output.frames, loops: request.settings.loop === true });
    if (this.legend) this.legend.remove();
    this.legend = on ? h('p', { class: 'legend' }, 'Colour shows where in the input each patch came from (', h('span', { class: 'red' }, 'red'), ': x, ', h('span', { class: 'green' }, 'green'), ': y, ',
      h('span', { class: 'blue' }, 'blue'), ': time). Smooth areas were copied in one piece.') : null;
    if (on) this.more.after(this.legend);
  }

  async showQuality(button = this.quality) {
    if (!button) return;
    const open = button.getAttribute('aria-expanded') !== 'true';
    button.setAttribute('aria-expanded', String(open));
    if (!open) {
      fill(this.more);
      return;
    }
    fill(this.more, h('p', { class: 'hint' }, 'Measuring…'));
    await this.#showScores(button);
  }

  async #showScores(button) {
    try {
      const s = await get(this.#sample.links.scores);
      const figure = (name, value, digits, hint) => [name, value === undefined || value === null ? undefined : round(value, digits), hint];
      fill(this.more, facts([
        figure('Coherence', s.coherence, 3, 'Mean squared distance of the video’s patches to the input; 0 is best'),
        figure('Completeness', s.completeness, 3, 'Mean squared distance of the input’s patches to the video; 0 is best'),
        figure('Rearrangement', s.nnfDiversity, 3, 'How much patches were rearranged: 0 is a copy, 1 is noise'),
        figure('Patch distance', s.frechetPatchDistance, 3, 'Distance of the distributions of patches; 0 is best'),
        figure('Sharpness', s.sharpness, 2, 'Sharpness relative to the input (1 = same); less is blurred, more is noisy'),
        figure('Motion', s.frameDifference, 2, 'Motion relative to the input (1 = same)'),
        figure('Flicker', s.flicker, 2, 'Flicker relative to the input (1 = equal)'),
        ['Copied frames', s.copiedFrames === undefined ? undefined : `${Math.round(100 * s.copiedFrames)} %`, 'Share of frames that are copies of an input frame'],
      ]));
    } catch (e) {
      if (button.getAttribute('aria-expanded') !== 'true') return;
      if (e.retryAfter) {
        fill(this.more, h('p', { class: 'hint' }, `Busy: retrying in ${e.retryAfter} s…`));
        setTimeout(() => { if (button.isConnected && button.getAttribute('aria-expanded') === 'true') this.#showScores(button); }, 1000 * e.retryAfter);
        return;
      }
      button.setAttribute('aria-expanded', 'false');
      fill(this.more, h('p', { class: 'error' }, e.message));
    }
  }
}
