// A common clock for all visible videos: they play, pause and step together. Positions are frames of the longest video, from 0.

const still = matchMedia('(prefers-reduced-motion: reduce)');

export class Player extends EventTarget {
  fps = 10;
  first = 0;
  frames = 1;
  position = 0;
  playing = false;
  speed = 1;
  loop = true;
  screens = new Set();
  #last = 0;
  #frame = 0;

  constructor(signal) {
    super();
    signal?.addEventListener('abort', () => {
      this.playing = false;
      for (const screen of this.screens) screen.pause();
      this.screens.clear();
    });
  }

  /** Sets the range of the clock: its first frame, and the number of frames before it starts again. */
  setRange(first, frames, fps) {
    Object.assign(this, { first, frames: Math.max(1, frames), fps });
    if (this.position < first || this.position >= first + this.frames) this.seek(first);
    else this.#tell();
  }

  get end() { return this.first + this.frames; }

  get frame() { return Math.min(this.end - 1, Math.floor(this.position)); }

  add(screen) {
    this.screens.add(screen);
    if (this.playing) screen.follow(this);
    else screen.place(this.position);
  }

  remove(screen) {
    screen.pause();
    this.screens.delete(screen);
  }

  playUnlessStill() { if (!still.matches) this.play(); }

  play() {
    if (this.playing) return;
    if (!this.loop && this.position >= this.end - 1) this.position = this.first;
    this.playing = true;
    this.#last = performance.now();
    this.#tell();
    requestAnimationFrame(now => this.#tick(now));
  }

  pause() {
    this.playing = false;
    this.position = Math.floor(this.position);
    for (const screen of this.screens) screen.place(this.position);
    this.#tell();
  }

  toggle() { this.playing ? this.pause() : this.play(); }

  seek(frame) {
    this.position = Math.min(this.end - 1, Math.max(this.first, frame));
    for (const screen of this.screens) this.playing ? screen.jump(this.position) : screen.place(this.position);
    this.#tell();
  }

  step(by) {
    if (this.playing) this.pause();
    this.seek(this.first + (this.frame - this.first + by + this.frames) % this.frames);
  }

  setLoop(on) {
    this.loop = on;
    this.#tell();
  }

  setSpeed(speed) {
    this.speed = speed;
    this.#tell();
  }

  #tick(now) {
    if (!this.playing) return;
    this.position += Math.min(0.25, Math.max(0, now - this.#last) / 1000) * this.fps * this.speed;
    this.#last = now;
    if (this.position >= this.end) {
      if (!this.loop) {
        this.position = this.end - 1;
        this.pause();
        return;
      }
      this.position = this.first + (this.position - this.first) % this.frames;
      for (const screen of this.screens) screen.jump(this.position);
    }
    for (const screen of this.screens) screen.follow(this);
    if (this.frame !== this.#frame) this.#tell();
    requestAnimationFrame(then => this.#tick(then));
  }

  #tell() {
    this.#frame = this.frame;
    this.dispatchEvent(new Event('change'));
  }
}

/** A video element that follows the clock. Its first frame is the clock's frame `offset`, which is negative for a trimmed start. */
export class VideoScreen {
  constructor(video, { fps, frames, offset = 0, loops = false }) {
    Object.assign(this, { video, fps, frames, offset, loops, visible: true });
    video.muted = true;
    video.playsInline = true;
    video.addEventListener('loadeddata', () => this.#now !== undefined && this.place(this.#now));
  }

  #now;

  #local(position) {
    const own = position - this.offset;
    return this.loops ? own % this.frames : Math.min(Math.max(0, own), this.frames - 0.5);
  }

  pause() { this.video.pause(); }

  // The middle of the frame, so that rounding does not select a neighbour.
  place(position) {
    this.#now = position;
    if (this.video.readyState < 1) return;
    this.video.pause();
    this.video.currentTime = (Math.floor(Math.min(this.#local(position), this.frames - 1)) + 0.5) / this.fps;
  }

  jump(position) {
    this.#now = position;
    if (this.video.readyState >= 1) this.video.currentTime = this.#local(position) / this.fps;
  }

  follow(clock) {
    this.#now = clock.position;
    const { video } = this;
    if (video.readyState < 2 || !this.visible) {
      if (!video.paused) video.pause();
      return;
    }
    const own = this.#local(clock.position);
    if (!this.loops && own >= this.frames - 0.5) {
      if (!video.paused) this.place(clock.position);
      return;
    }

    // Small drift is corrected by the playback rate, large drift by seeking.
    let drift = own / this.fps - video.currentTime;
    const round = this.frames / this.fps;
    if (this.loops) drift -= round * Math.round(drift / round);
    if (Math.abs(drift) > Math.max(0.12, 1.5 / this.fps) * Math.max(1, clock.speed)) video.currentTime = own / this.fps;
    video.playbackRate = Math.min(16, Math.max(0.0625, clock.speed * (1 + Math.min(0.25, Math.max(-0.25, drift * 2)))));
    if (video.paused) video.play().catch(() => {});
  }
}

/** A canvas that shows a preview: an image with vertically stacked frames, fewer and smaller than the video's. */
export class StripScreen {
  #image = null;
  #strip = 0;
  #shown = -1;
  #position = 0;

  constructor(canvas, frames) {
    this.canvas = canvas;
    this.frames = frames;
  }

  /** Loads a finer preview, and keeps the old one until then. Returns false if the server has replaced it by an even finer one. */
  async show(url, frames) {
    const response = await fetch(url);
    if (response.status !== 200) return false;
    const image = await createImageBitmap(await response.blob());
    this.#image = image;
    this.#strip = frames;
    this.canvas.width = image.width;
    this.canvas.height = image.height / frames;
    this.#shown = -1;
    this.place(this.#position);
    return true;
  }

  pause() {}

  place(position) {
    this.#position = position;
    if (!this.#image) return;
    const frame = Math.min(this.#strip - 1, Math.floor(Math.min(position, this.frames - 1) / this.frames * this.#strip));
    if (frame === this.#shown) return;
    this.#shown = frame;
    const { width, height } = this.canvas;
    this.canvas.getContext('2d').drawImage(this.#image, 0, frame * height, width, height, 0, 0, width, height);
  }

  jump(position) { this.place(position); }

  follow(clock) { this.place(clock.position); }
}
