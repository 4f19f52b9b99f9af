// Painting over a clip: colour cues and areas to fill. Each layer covers a range of frames.

import { fill, h, icon, iconButton, say } from './dom.js';
import { plural } from './format.js';

// Maximum height of the painting; the server scales it to larger frames.
const maxHeight = 480;
const maxUndo = 20, maxLayers = 8;
// Colour of the area to fill.
const veil = '#ec4899';

export class Painter {
  tool = 'cue';
  layers = [];
  current = 0;
  #undo = [];
  #cursor = null;
  #last = null;

  /** @param player shows the frame to paint on; `changed` is called after every stroke. */
  constructor(clip, player, changed) {
    const { width, height, frames } = clip.size;
    const scale = Math.min(1, maxHeight / height);
    Object.assign(this, { player, changed, frames, width: Math.round(width * scale), height: Math.round(height * scale) });
    this.canvas = h('canvas', {
      class: 'paint', width: this.width, height: this.height, tabindex: '0', role: 'application',
      'aria-label': 'Painting area. Arrow keys move the brush, Space paints, Shift moves in larger steps.',
      onpointerdown: e => this.#down(e), onpointermove: e => this.#move(e), onpointerup: () => { this.#last = null; }, onpointerleave: () => { this.#cursor = null; this.draw(); },
      onkeydown: e => this.#key(e), onblur: () => { this.#cursor = null; this.draw(); },
    });
    this.size = Math.max(2, Math.round(this.height / 8));
    this.colour = '#e8762b';
    this.tools = this.#makeTools();
    this.addLayer(1, frames);
    player.addEventListener('change', () => this.draw());
  }

  get painted() { return this.layers.some(l => l.painted); }

  get hasCues() { return this.layers.some(l => l.hasCues); }

  addLayer(first, last) {
    const make = () => {
      const canvas = new OffscreenCanvas(this.width, this.height);
      // The pixels are read before every stroke, for undo.
      canvas.getContext('2d', { willReadFrequently: true });
      return canvas;
    };
    this.layers.push({ first, last, cue: make(), fill: make(), painted: false, hasCues: false });
    this.current = this.layers.length - 1;
    this.#showLayers();
  }

  /** The layers in the format of the API: an image, and the frame range of each layer. */
  async export() {
    const layers = this.layers.filter(l => l.painted);
    const { width, height } = this;
    const sheet = new OffscreenCanvas(width, 2 * height * layers.length), context = sheet.getContext('2d');
    layers.forEach((layer, i) => {
      const cue = layer.cue.getContext('2d').getImageData(0, 0, width, height).data, filled = layer.fill.getContext('2d').getImageData(0, 0, width, height).data;
      const colours = new ImageData(width, height), marks = new ImageData(width, height);
      for (let p = 0; p < cue.length; p += 4) {
        // Half-covered pixels at the edge of a stroke are rounded to full or none, so that colours are not darkened.
        const isCue = cue[p + 3] >= 128, mark = isCue ? 255 : filled[p + 3] >= 128 ? 128 : 0;
        colours.data.set(isCue ? [cue[p], cue[p + 1], cue[p + 2], 255] : [0, 0, 0, 255], p);
        marks.data.set([mark, mark, mark, 255], p);
      }
      context.putImageData(colours, 0, 2 * i * height);
      context.putImageData(marks, 0, (2 * i + 1) * height);
    });
    return { ranges: layers.map(l => `${l.first}-${l.last}`).join(','), png: await sheet.convertToBlob({ type: 'image/png' }) };
  }

  draw() {
    const context = this.canvas.getContext('2d'), frame = this.player.frame + 1;
    context.clearRect(0, 0, this.width, this.height);
    for (const layer of this.layers) {
      if (frame < layer.first || frame > layer.last) continue;
      context.globalAlpha = 0.55;
      context.drawImage(layer.fill, 0, 0);
      context.globalAlpha = 1;
      context.drawImage(layer.cue, 0, 0);
    }
    if (!this.#cursor) return;
    context.lineWidth = Math.max(1, this.height / 240);
    for (const [colour, radius] of [['#000', this.size / 2], ['#fff', this.size / 2 + context.lineWidth]]) {
      context.strokeStyle = colour;
      context.beginPath();
      context.arc(this.#cursor.x, this.#cursor.y, radius, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  #place(e) {
    const box = this.canvas.getBoundingClientRect();
    return { x: (e.clientX - box.left) * this.width / box.width, y: (e.clientY - box.top) * this.height / box.height };
  }

  #down(e) {
    if (e.button !== 0) return;
    e.preventDefault();
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(e.pointerId);
    this.#begin();
    this.#stroke(this.#place(e));
  }

  #move(e) {
    this.#cursor = this.#place(e);
    if (e.buttons & 1 && this.#last) this.#stroke(this.#cursor);
    else this.draw();
  }

  #key(e) {
    const step = (e.shiftKey ? 5 : 1) * Math.max(2, this.size / 4), moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (e.ctrlKey || e.metaKey) {
      if (e.key === 'z') { e.preventDefault(); this.undo(); }
      return;
    }
    this.#cursor ??= { x: this.width / 2, y: this.height / 2 };
    if (moves[e.key]) {
      const [x, y] = moves[e.key];
      this.#cursor = { x: Math.min(this.width, Math.max(0, this.#cursor.x + x * step)), y: Math.min(this.height, Math.max(0, this.#cursor.y + y * step)) };
    } else if (e.key === ' ' || e.key === 'Enter') {
      this.#begin();
      this.#stroke(this.#cursor);
      this.#last = null;
    } else {
      return;
    }
    e.preventDefault();
    this.draw();
  }

  // Starts a stroke on the selected layer, and seeks to a frame of that layer.
  #begin() {
    const layer = this.layers[this.current];
    if (this.player.playing) this.player.pause();
    if (this.player.frame + 1 < layer.first || this.player.frame + 1 > layer.last) this.player.seek(layer.first - 1);
    const copy = canvas => canvas.getContext('2d').getImageData(0, 0, this.width, this.height);
    this.#undo.push({ layer, cue: copy(layer.cue), fill: copy(layer.fill), painted: layer.painted, hasCues: layer.hasCues });
    if (this.#undo.length > maxUndo) this.#undo.shift();
    this.#last = null;
  }

  #stroke(to) {
    const layer = this.layers[this.current], from = this.#last ?? to;
    const line = (canvas, style, mode) => {
      const context = canvas.getContext('2d');
      Object.assign(context, { strokeStyle: style, fillStyle: style, lineWidth: this.size, lineCap: 'round', globalCompositeOperation: mode });
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x + 0.01, to.y);
      context.stroke();
    };
    if (this.tool === 'cue') line(layer.cue, this.colour, 'source-over');
    else line(layer.cue, '#000', 'destination-out');
    line(layer.fill, this.tool === 'fill' ? veil : '#000', this.tool === 'fill' ? 'source-over' : 'destination-out');
    layer.painted ||= this.tool !== 'erase';
    layer.hasCues ||= this.tool === 'cue';
    this.#last = to;
    this.draw();
    this.changed();
  }

  undo() {
    const before = this.#undo.pop();
    if (!before) return;
    const { layer } = before;
    layer.cue.getContext('2d').putImageData(before.cue, 0, 0);
    layer.fill.getContext('2d').putImageData(before.fill, 0, 0);
    Object.assign(layer, { painted: before.painted, hasCues: before.hasCues });
    this.draw();
    this.changed();
    say('Last stroke undone.');
  }

  #makeTools() {
    const group = 'paint-tool';
    const tool = (value, name, hint) => h('label', { class: 'chip', title: hint },
      h('input', { type: 'radio', name: group, value, checked: value === this.tool, onchange: () => { this.tool = value; } }), name);
    const colour = h('input', { type: 'color', value: this.colour, 'aria-label': 'Brush colour', oninput: () => { this.colour = colour.value; } });
    const size = h('input', { type: 'range', min: 2, max: Math.round(this.height / 2), value: this.size, oninput: () => { this.size = Number(size.value); } });
    this.list = h('ul', { class: 'layers' });
    const addOne = h('button', { type: 'button', onclick: () => {
      if (this.layers.length >= maxLayers) return;
      const from = this.player.frame + 1;
      this.layers[this.current].last = Math.max(this.layers[this.current].first, Math.min(this.layers[this.current].last, from - 1));
      this.addLayer(from, this.frames);
      say(`Layer starting at frame ${from} added.`);
    } }, 'Add layer starting here');
    return h('div', { class: 'paint-tools' },
      h('div', { class: 'row', role: 'radiogroup', 'aria-label': 'Brush' },
        tool('cue', 'Paint colour', 'Paint rough colours of what should appear'), tool('fill', 'Remove', 'Mark an area to fill from its surroundings'), tool('erase', 'Erase', 'Erase the painting'),
        colour, h('label', { class: 'inline' }, h('span', null, 'Brush size'), size), iconButton('undo', 'Undo', () => this.undo(), { title: 'Undo (Ctrl+Z)' })),
      this.list, addOne);
  }

  #showLayers() {
    fill(this.list, this.layers.map((layer, i) => {
      const end = (name, key, other) => h('input', {
        type: 'number', min: 1, max: this.frames, value: layer[key], 'aria-label': `${name} frame of layer ${i + 1}`,
        onchange: e => {
          layer[key] = Math.min(this.frames, Math.max(1, Math.round(Number(e.target.value)) || 1));
          if (layer.first > layer.last) layer[other] = layer[key];
          this.#showLayers();
          this.changed();
        },
      });
      return h('li', { class: i === this.current ? 'chosen' : '' },
        h('label', { class: 'inline' }, h('input', { type: 'radio', name: 'layer', checked: i === this.current, onchange: () => { this.current = i; this.player.seek(layer.first - 1); this.#showLayers(); } }), `Layer ${i + 1}`),
        h('span', { class: 'row' }, 'frames ', end('First', 'first', 'last'), ' to ', end('Last', 'last', 'first')),
        this.layers.length > 1 && h('button', { type: 'button', class: 'icon-button', 'aria-label': `Remove layer ${i + 1}`, onclick: () => {
          this.layers.splice(i, 1);
          this.current = Math.min(this.current, this.layers.length - 1);
          this.#undo = this.#undo.filter(u => u.layer !== layer);
          this.#showLayers();
          this.changed();
        } }, icon('close')));
    }));
    this.draw();
  }

  /** A description of the painting. */
  get told() {
    const n = this.layers.filter(l => l.painted).length;
    return n === 0 ? 'Nothing painted yet.' : `${plural(n, 'layer')} painted.`;
  }
}
