// The page of all pairs: a table of videos that play in step.

const run = JSON.parse(document.getElementById('manifest').textContent);
const player = new Player();
const screens = new Screens(player);

const frameRateOf = rate => {
  const [numerator, denominator = 1] = rate.split('/').map(Number);
  return numerator / denominator;
};

// The clock counts frames of the highest frame rate.
const fps = Math.max(...run.pairs.map(p => frameRateOf(p.frameRate)), 1);
const ticksOf = (size, rate) => size.frames * fps / frameRateOf(rate);

// --- The table ------------------------------------------------------------------------------------------------------

function addVideo(parent, source, size, ticks, label) {
  const video = element('video');
  video.muted = true;
  video.playsInline = true;
  video.preload = 'auto';
  video.style.aspectRatio = `${size.width} / ${size.height}`;
  video.setAttribute('aria-label', label);
  screens.add(video, source, { fps, frames: ticks }, { now: true });
  parent.append(video);
}

function addHead(parent, scope, index, clip) {
  const th = element('th');
  th.scope = scope;
  if (clip) addVideo(th, clip.source, clip.size, clip.ticks, run.clips[index]);
  th.append(element('span', '', run.clips[index]));
  parent.append(th);
}

const asContent = i => {
  const pair = run.pairs.find(p => p.content === i);
  return pair && { source: pair.contentPreview, size: pair.contentSize, ticks: ticksOf(pair.contentSize, pair.frameRate) };
};

// The manifest has no frame rate of the style itself, so the pair's is used.
const asStyle = i => asContent(i) ?? (() => {
  const pair = run.pairs.find(p => p.style === i);
  return pair && { source: pair.stylePreview, size: pair.styleSize, ticks: ticksOf(pair.styleSize, pair.frameRate) };
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
        addVideo(cell, pair.preview, pair.size, ticksOf(pair.size, pair.frameRate), `${name} in the style of ${style}`);
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
    running: 'The run is still in progress. Reload to see more.',
    interrupted: 'The run was interrupted. Run the same command again to continue.',
    failed: 'The run failed.',
  };
  $('notice').hidden = !(run.status in notices);
  $('notice').append(element('span', '', notices[run.status] ?? ''));
}

describe();
player.setRange(0, Math.ceil(Math.max(1, ...run.pairs.flatMap(p => [p.size, p.contentSize, p.styleSize].map(s => ticksOf(s, p.frameRate))))), fps);
addTable();
$('size').min = 80;
controls(player, { text: p => `${(p.frame / fps).toFixed(1)} / ${(p.frames / fps).toFixed(1)} s`, sizeStep: 20 })
  .setSize(Math.max(120, Math.min(320, Math.floor((innerWidth - 140) / (run.clips.length + 1) / 20) * 20)));
screens.playWhenThere(10000);
