// The page of a run: inputs and samples that play in step.

const run = JSON.parse(document.getElementById('manifest').textContent);
const [numerator, denominator = 1] = run.output.frameRate.split('/').map(Number);
const fps = numerator / denominator;
const input = run.inputs[0];
const longest = Math.max(...run.inputs.map(i => i.size.frames), run.output.size.frames);

// Loops play a whole number of times before the clock starts again.
const frames = run.settings.loop ? Math.ceil(longest / run.output.size.frames) * run.output.size.frames : longest;

// Number of videos to load at once; others are loaded when they scroll near the window.
const eager = 24;

// Maximum time to wait for them before the clock starts, in milliseconds.
const patience = 10000;
const player = new Player();
const screens = new Screens(player);

const plural = (n, noun) => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
const sentence = s => s.charAt(0).toUpperCase() + s.slice(1) + (s.endsWith('.') ? '' : '.');
const sizeText = s => `${s.frames}×${s.height}×${s.width}`;
const round = (x, digits) => Number(x.toFixed(digits)).toString();
const duration = s => s < 60 ? `${s.toFixed(s < 10 ? 1 : 0)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
const bytes = b => b >= 2 ** 30 ? `${round(b / 2 ** 30, 1)} GiB` : `${round(b / 2 ** 20, 0)} MiB`;

function facts(list, pairs) {
  for (const [name, value, className] of pairs) {
    if (value === undefined || value === null) continue;
    const row = element('div');
    const dd = element('dd', className);
    dd.append(value);
    row.append(element('dt', '', name), dd);
    list.append(row);
  }
}

function addCommand(parent, text) {
  const copy = $('command').content.firstElementChild.cloneNode(true);
  const code = copy.querySelector('code');
  const button = copy.querySelector('button');
  // One element per word, so that lines do not break after hyphens.
  text.split(' ').forEach((word, i) => code.append(i > 0 ? ' ' : '', element('span', '', word)));
  button.setAttribute('aria-label', `Copy: ${text}`);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Pages opened from files have no permission: select the text, and use the legacy command.
      getSelection().selectAllChildren(code);
      document.execCommand('copy');
    }
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
  parent.append(copy);
}

// --- Description of the run -------------------------------------------------------------------------------------

function describeRun() {
  const made = run.samples.length;
  document.title = `${input.name}: ${plural(made, 'sample')} by Vgpnn`;
  $('title').textContent = run.inputs.map(i => i.name).join(', ');
  for (const part of [
    plural(made, 'sample'), `${plural(run.output.size.frames, 'frame')} of ${run.output.size.width}×${run.output.size.height}`,
    `${round(fps, 2)} fps`, `seed ${run.settings.seed}`, `made in ${duration(run.seconds)}`,
  ]) $('summary').append(element('span', '', part));

  const notices = [...run.notices];
  const missing = `${made} of ${plural(run.settings.samples, 'sample')}`;
  if (run.status === 'running') notices.unshift(`The run is still in progress: ${missing} finished. Reload to see more.`);
  if (run.status === 'interrupted') notices.unshift(`The run was interrupted: ${missing} finished.`);
  if (run.status === 'failed') notices.unshift(`The run failed: ${missing} finished.`);
  if (run.output.format === 'gif' || run.output.format === 'png')
    notices.push(`This page shows mp4 previews, which play in step; the samples are ${run.output.format} files.`);
  $('notice').hidden = notices.length === 0;
  for (const notice of notices) $('notice').append(element('span', '', sentence(notice)));

  addCommand($('commands'), run.repeat);
  addCommand($('commands'), run.command);
}

function describeSettings() {
  const s = run.settings;
  facts($('settings'), [
    ['Seed', s.seed],
    ['Application', s.application],
    ['Input', `${plural(input.size.frames, 'frame')} of ${input.size.width}×${input.size.height}`],
    ['Frame rate', run.output.frameRate],
    ['Optical flow', s.flow && `${s.flow.network}, weights ${s.flow.sha256}`],
    ...run.options,
    ['Backend', `${run.engineClass}, ${plural(s.threads, 'thread')}`],
    ['Memory limit', bytes(s.maxMemoryBytes)],
    ['Created', new Date(run.created).toLocaleString()],
    ['Vgpnn', run.version],
  ]);
  run.levels.forEach((level, i) => {
    const row = element('tr');
    const index = run.levels.length - 1 - i;
    const name = index === 0 ? '0, finest' : i === 0 ? `${index}, coarsest` : index;
    for (const cell of [name, sizeText(level.input), sizeText(level.output), sizeText(level.patch), level.iterations])
      row.append(element('td', '', cell));
    $('pyramid').append(row);
  });
}

// --- Cards ----------------------------------------------------------------------------------------------------------

function addCard(name, source, size, numbers, loops = false) {
  const card = $('card').content.firstElementChild.cloneNode(true);
  const button = card.querySelector('.screen');
  const video = card.querySelector('video');
  card.querySelector('h2').textContent = name;
  card.querySelector('.numbers').textContent = numbers;
  card.style.setProperty('--shape', `${size.width} / ${size.height}`);
  card.style.setProperty('--ratio', size.width / size.height);
  button.setAttribute('aria-label', `Enlarge ${name}`);
  button.setAttribute('aria-pressed', 'false');
  button.addEventListener('click', () => {
    const large = card.classList.toggle('large');
    button.setAttribute('aria-pressed', String(large));
    card.scrollIntoView({ block: 'nearest' });
  });

  screens.add(video, source, { fps, frames: size.frames, loops }, {
    now: screens.size < eager,
    broken: () => { card.querySelector('.broken').hidden = false; },
  });
  $('grid').append(card);
  return card;
}

const roles = { input: 'Input', mask: 'Mask', source: 'Source', content: 'Content', style: 'Style', sketch: 'Sketch' };

function addInput(input, i) {
  const number = run.inputs.slice(0, i).filter(other => other.role === input.role).length;
  const name = number === 0 ? roles[input.role] : `${roles[input.role]} ${number + 1}`;
  const card = addCard(name, input.preview, input.size, plural(input.size.frames, 'frame'));
  card.classList.add('input');
  const details = card.querySelector('details');
  details.querySelector('.bars').remove();
  facts(details.querySelector('dl'), [
    ['Name', input.name],
    ['Size', `${input.size.width}×${input.size.height}, ${plural(input.size.frames, 'frame')}`],
    ['Hash of the frames used', input.framesSha256, 'hash'],
    ['Hash of the file', input.fileSha256, 'hash'],
  ]);
}

function addSample(sample) {
  const finest = sample.levels.at(-1);
  const distance = finest?.meanDistance == null ? '' : ` · distance ${round(finest.meanDistance, 3)}`;
  const card = addCard(`Sample ${sample.index}`, sample.preview, run.output.size, duration(sample.seconds) + distance, run.settings.loop);
  const details = card.querySelector('details');
  const link = element('a', '', sample.file);
  link.href = sample.file;
  let levels;
  if (sample.levelsDirectory) {
    levels = element('a', '', sample.levelsDirectory);
    levels.href = `${sample.levelsDirectory}/`;
  }
  facts(details.querySelector('dl'), [
    ['File', link], ['Levels', levels],
    ['Mean patch distance at level 0', finest?.meanDistance == null ? undefined : round(finest.meanDistance, 6)],
    ['Hash of the frames', sample.framesSha256, 'hash'],
  ]);
  addCommand(details.querySelector('.commands'), `${run.repeat} --sample ${sample.index}`);
  addBars(details.querySelector('.bars'), sample.levels);
}

// One bar per level: its time, by phase.
function addBars(bars, levels) {
  const parts = [['searchMs', 'search'], ['voteMs', 'vote'], ['resampleMs', 'resample']];
  const total = level => parts.reduce((sum, [key]) => sum + level[key], 0);
  const longest = Math.max(...levels.map(total), 1e-9);
  const head = element('div', 'head', 'Time per level:');
  for (const [, name] of parts) {
    const mark = element('b', '', name);
    mark.style.setProperty('--color', `var(--${name})`);
    head.append(mark);
  }
  bars.append(head);
  bars.setAttribute('aria-label', `Time per level from coarse to fine, in milliseconds: ${levels.map(l => Math.round(total(l))).join(', ')}`);
  levels.forEach((level, i) => {
    const bar = element('span', 'bar');
    for (const [key, name] of parts) {
      const part = element('i');
      part.style.width = `${100 * level[key] / longest}%`;
      part.style.background = `var(--${name})`;
      bar.append(part);
    }
    bars.append(element('span', '', levels.length - 1 - i), bar, element('span', '', `${Math.round(total(level))} ms`));
  });
}

// The largest size at which all cards fit above the player; a medium size if none does.
function fittingSize() {
  const gap = 20;
  const caption = 95;
  const room = $('grid').clientWidth + gap;
  const height = innerHeight - $('grid').offsetTop - 120;
  const { width, height: rows } = run.output.size;
  for (let size = 640; size >= 240; size -= 20) {
    const columns = Math.max(1, Math.floor(room / (size + gap)));
    const cell = (room / columns - gap) * rows / width + caption + gap;
    if (Math.ceil(screens.size / columns) * cell <= height) return size;
  }
  return Math.min(400, Math.max(280, Math.ceil(width * 1.25 / 20) * 20));
}

describeRun();
describeSettings();
player.setRange(0, frames, fps);
run.inputs.forEach(addInput);
run.samples.forEach(addSample);
controls(player, { text: p => `${p.frame + 1} / ${p.frames}`, sizeStep: 40 }).setSize(fittingSize());
screens.playWhenThere(patience);
