(() => {
  'use strict';

  // Anything that goes wrong is visible to whoever looks at the document.
  addEventListener('error', e => { document.body.dataset.error = e.message || 'error'; });

  const run = JSON.parse(document.getElementById('manifest').textContent);
  const $ = id => document.getElementById(id);
  const screens = [];

  function element(name, className, text) {
    const e = document.createElement(name);
    if (className) e.className = className;
    if (text !== undefined) e.textContent = text;
    return e;
  }

  const secondsOf = (size, rate) => {
    const [numerator, denominator = 1] = rate.split('/').map(Number);
    return size.frames * denominator / numerator;
  };

  // --- The table ------------------------------------------------------------------------------------------------------

  function addVideo(parent, source, size, seconds, label) {
    const video = element('video');
    video.muted = true;
    video.playsInline = true;
    video.preload = 'auto';
    video.style.aspectRatio = `${size.width} / ${size.height}`;
    video.setAttribute('aria-label', label);
    const screen = { video, seconds, visible: true, state: 'loading' };
    video.addEventListener('loadeddata', () => { screen.state = 'ready'; place(screen); announce(); });
    video.addEventListener('error', () => { screen.state = 'broken'; announce(); });
    video.src = source;
    screens.push(screen);
    watch.observe(video);
    parent.append(video);
  }

  function addHead(parent, scope, index, clip) {
    const th = element('th');
    th.scope = scope;
    if (clip) addVideo(th, clip.source, clip.size, clip.seconds, run.clips[index]);
    th.append(element('span', '', run.clips[index]));
    parent.append(th);
  }

  const asContent = i => {
    const pair = run.pairs.find(p => p.content === i);
    return pair && { source: pair.contentPreview, size: pair.contentSize, seconds: secondsOf(pair.contentSize, pair.frameRate) };
  };

  // A style's own pace is not told here: it is the pace of the page that it is shown beside its pair on.
  const asStyle = i => asContent(i) ?? (() => {
    const pair = run.pairs.find(p => p.style === i);
    return pair && { source: pair.stylePreview, size: pair.styleSize, seconds: secondsOf(pair.styleSize, pair.frameRate) };
  })();

  function addTable() {
    run.clips.forEach((_, i) => addHead($('styles'), 'col', i, asStyle(i)));
    run.clips.forEach((name, content) => {
      const row = element('tr');
      addHead(row, 'row', content, asStyle(content));
      run.clips.forEach((style, i) => {
        const cell = element('td');
        const pair = run.pairs.find(p => p.content === content && p.style === i);
        if (pair) {
          addVideo(cell, pair.preview, pair.size, secondsOf(pair.size, pair.frameRate), `${name} in the look of ${style}`);
          const link = element('a', '', `${name} as ${style}`);
          link.href = `${encodeURIComponent(pair.directory)}/index.html`;
          cell.append(link);
        } else {
          cell.append(element('span', 'none', content === i ? '' : 'not made yet'));
        }
        row.append(cell);
      });
      $('contents').append(row);
    });
  }

  function describe() {
    const all = run.clips.length * (run.clips.length - 1);
    document.title = `${run.pairs.length} analogies by Vgpnn`;
    for (const part of [`${run.clips.length} clips`, `${run.pairs.length} of ${all} pairs`, `seed ${run.seed}`])
      $('summary').append(element('span', '', part));
    const notices = {
      running: 'The run is still at work. Reload to see more.',
      interrupted: 'The run was interrupted; the same command goes on from here.',
      failed: 'The run ended with an error.',
    };
    $('notice').hidden = !(run.status in notices);
    $('notice').append(element('span', '', notices[run.status] ?? ''));
  }

  const watch = new IntersectionObserver(entries => {
    for (const entry of entries) {
      const screen = screens.find(s => s.video === entry.target);
      screen.visible = entry.isIntersecting;
      if (!screen.visible) screen.video.pause();
    }
  }, { rootMargin: '50% 0px' });

  function announce() {
    const broken = screens.filter(s => s.state === 'broken').length;
    document.body.dataset.broken = broken;
    if (screens.every(s => s.state !== 'loading')) document.body.dataset.ready = screens.length - broken;
  }

  // --- One clock for all ----------------------------------------------------------------------------------------------

  let position = 0;      // in seconds
  let playing = false;
  let last = 0;
  let speed = 1;
  const longest = Math.max(0.1, ...run.pairs.flatMap(p => [p.size, p.contentSize, p.styleSize].map(s => secondsOf(s, p.frameRate))));

  // A shorter video rests on its last frame until the clock begins anew.
  const timeOf = screen => Math.min(position, screen.seconds - 0.01);

  function place(screen) {
    if (screen.state !== 'ready') return;
    screen.video.pause();
    screen.video.currentTime = timeOf(screen);
  }

  function follow(screen) {
    if (screen.state !== 'ready' || !screen.visible) return;
    const video = screen.video;
    if (position >= screen.seconds - 0.01) {
      if (!video.paused) place(screen);
      return;
    }

    // Small drift is made up by pace, which no one sees; large drift by a jump.
    const drift = timeOf(screen) - video.currentTime;
    if (Math.abs(drift) > 0.12 * Math.max(1, speed)) video.currentTime = timeOf(screen);
    video.playbackRate = Math.min(16, Math.max(0.0625, speed * (1 + Math.min(0.25, Math.max(-0.25, drift * 2)))));
    if (video.paused) video.play().catch(() => {});
  }

  function tick(now) {
    if (!playing) return;
    position += Math.min(0.25, Math.max(0, now - last) / 1000) * speed;
    last = now;
    if (position >= longest) seek(position % longest);
    screens.forEach(follow);
    show();
    requestAnimationFrame(tick);
  }

  function show() {
    $('scrub').value = position;
    $('frame').textContent = `${position.toFixed(1)} / ${longest.toFixed(1)} s`;
  }

  function play() {
    playing = true;
    last = performance.now();
    document.body.classList.add('playing');
    $('play').setAttribute('aria-label', 'Pause');
    requestAnimationFrame(tick);
  }

  function pause() {
    playing = false;
    document.body.classList.remove('playing');
    $('play').setAttribute('aria-label', 'Play');
    screens.forEach(place);
    show();
  }

  function seek(seconds) {
    position = Math.min(longest, Math.max(0, seconds));
    for (const screen of screens) if (screen.state === 'ready') screen.video.currentTime = timeOf(screen);
    show();
  }

  function step(by) {
    if (playing) pause();
    seek((position + by + longest) % longest);
  }

  function setSize(pixels) {
    $('size').value = pixels;
    document.documentElement.style.setProperty('--width', `${$('size').value}px`);
  }

  const toggle = () => playing ? pause() : play();
  const keys = {
    ' ': toggle, k: toggle, ArrowLeft: () => step(-0.1), ArrowRight: () => step(0.1), ',': () => step(-0.1), '.': () => step(0.1),
    Home: () => seek(0), '+': () => setSize(Number($('size').value) + 20), '-': () => setSize(Number($('size').value) - 20),
  };

  function listen() {
    $('play').addEventListener('click', toggle);
    $('back').addEventListener('click', () => step(-0.1));
    $('forward').addEventListener('click', () => step(0.1));
    $('scrub').addEventListener('input', e => seek(Number(e.target.value)));
    $('speed').addEventListener('change', e => { speed = Number(e.target.value); });
    $('size').addEventListener('input', e => setSize(e.target.value));
    addEventListener('keydown', e => {
      if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest('select, input')) return;
      if (e.key === ' ' && e.target.closest('button, a')) return;
      const action = keys[e.key];
      if (!action) return;
      e.preventDefault();
      action();
    });
    document.addEventListener('visibilitychange', () => { last = performance.now(); });
  }

  describe();
  addTable();
  $('scrub').max = longest;
  $('size').min = 80;
  setSize(Math.max(120, Math.min(320, Math.floor((innerWidth - 140) / (run.clips.length + 1) / 20) * 20)));
  listen();
  show();
  if (!matchMedia('(prefers-reduced-motion: reduce)').matches) play();
})();
