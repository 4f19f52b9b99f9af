// Shared by the pages that play files: the controls of the player by their ids, their keys, and state in data attributes of the
// document.

addEventListener('error', e => { document.body.dataset.error = e.message || 'error'; });

const $ = id => document.getElementById(id);

function element(name, className, text) {
  const e = document.createElement(name);
  if (className) e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

/** The videos of a page: adds them to the player, loads them when needed, and counts them. */
class Screens {
  #all = new Map();

  constructor(player) {
    this.player = player;
    this.watch = new IntersectionObserver(entries => {
      for (const { target, isIntersecting } of entries) {
        const known = this.#all.get(target);
        known.screen.visible = isIntersecting;
        if (isIntersecting) this.#load(target, known);
      }
    }, { rootMargin: '50% 0px' });
  }

  get size() { return this.#all.size; }

  get loading() { return [...this.#all.values()].some(k => k.state === 'loading'); }

  /** Adds a video; loads it at once, or when it scrolls near the window. */
  add(video, source, shape, { now = false, broken } = {}) {
    const known = { screen: new VideoScreen(video, shape), source, state: 'waiting' };
    video.loop = shape.loops === true;
    video.addEventListener('loadeddata', () => this.#become(known, 'ready'));
    video.addEventListener('error', () => {
      broken?.();
      this.#become(known, 'broken');
    });
    this.#all.set(video, known);
    this.player.add(known.screen);
    this.watch.observe(video);
    if (now) this.#load(video, known);
  }

  /** Starts playing when the first videos are loaded, or after `patience` milliseconds. */
  playWhenThere(patience) {
    const start = performance.now();
    const look = () => {
      if (this.player.playing || this.player.position > this.player.first) return;
      if (this.loading && performance.now() - start < patience) requestAnimationFrame(look);
      else this.player.playUnlessStill();
    };
    look();
  }

  #load(video, known) {
    if (known.state !== 'waiting') return;
    known.state = 'loading';
    video.src = known.source;
  }

  #become(known, state) {
    known.state = state;
    const all = [...this.#all.values()];
    document.body.dataset.broken = all.filter(k => k.state === 'broken').length;
    if (!this.loading) document.body.dataset.ready = all.filter(k => k.state === 'ready').length;
  }
}

/** Connects the controls; `text` formats the position, `sizeStep` is the step of the keys that change the size, in pixels. */
function controls(player, { text, sizeStep }) {
  const speed = $('speed'), size = $('size');

  function setSize(pixels) {
    size.value = pixels;
    document.documentElement.style.setProperty('--width', `${size.value}px`);
  }

  function changeSpeed(by) {
    speed.selectedIndex = Math.min(speed.length - 1, Math.max(0, speed.selectedIndex + by));
    player.setSpeed(Number(speed.value));
  }

  function show() {
    const { frame, frames } = player;
    $('scrub').max = frames - 1;
    $('scrub').value = frame;
    $('scrub').setAttribute('aria-valuetext', `frame ${frame + 1} of ${frames}`);
    $('frame').textContent = text(player);
    $('loop').setAttribute('aria-pressed', String(player.loop));
    $('play').setAttribute('aria-label', player.playing ? 'Pause' : 'Play');
    document.body.classList.toggle('playing', player.playing);
  }

  const actions = {
    ' ': () => player.toggle(), k: () => player.toggle(),
    ArrowLeft: () => player.step(-1), ArrowRight: () => player.step(1), ',': () => player.step(-1), '.': () => player.step(1),
    Home: () => player.seek(0), End: () => player.seek(player.end - 1),
    l: () => player.setLoop(!player.loop), '[': () => changeSpeed(-1), ']': () => changeSpeed(1),
    '+': () => setSize(Number(size.value) + sizeStep), '=': () => setSize(Number(size.value) + sizeStep),
    '-': () => setSize(Number(size.value) - sizeStep),
  };
  $('play').addEventListener('click', () => player.toggle());
  $('back').addEventListener('click', () => player.step(-1));
  $('forward').addEventListener('click', () => player.step(1));
  $('loop').addEventListener('click', () => player.setLoop(!player.loop));
  $('scrub').addEventListener('input', e => player.seek(Number(e.target.value)));
  speed.addEventListener('change', () => changeSpeed(0));
  size.addEventListener('input', () => setSize(size.value));
  addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    // Focused controls handle their own keys.
    if (e.target.closest('select, input')) return;
    if (e.key === ' ' && e.target.closest('button, summary, a')) return;
    const action = actions[e.key.length === 1 ? e.key.toLowerCase() : e.key];
    if (!action) return;
    e.preventDefault();
    action();
  });
  player.addEventListener('change', show);
  show();
  return { setSize };
}
