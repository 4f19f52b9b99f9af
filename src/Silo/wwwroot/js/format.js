// Formats numbers and names.

export const plural = (n, noun) => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;

export const round = (x, digits) => Number(x.toFixed(digits)).toString();

export function duration(seconds) {
  if (seconds < 1) return 'less than a second';
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round(seconds % 3600 / 60)} min`;
}

export function bytes(b) {
  if (b < 1000) return plural(b, 'byte');
  const units = ['kB', 'MB', 'GB', 'TB'];
  let unit = -1;
  do {
    b /= 1000;
    unit++;
  } while (b >= 999.5 && unit < units.length - 1);
  return `${round(b, b < 10 ? 1 : 0)} ${units[unit]}`;
}

export const sizeText = s => s.frames === 1 ? `${s.width}×${s.height}` : `${plural(s.frames, 'frame')} of ${s.width}×${s.height}`;

export function when(time) {
  const date = new Date(time), ago = (Date.now() - date) / 1000;
  if (ago < 45) return 'just now';
  if (ago < 3600) return `${Math.max(1, Math.round(ago / 60))} min ago`;
  const sameDay = date.toDateString() === new Date().toDateString();
  return date.toLocaleString([], sameDay ? { hour: '2-digit', minute: '2-digit' } : { dateStyle: 'medium', timeStyle: 'short' });
}

/** Parses a frame rate such as '25', '29.97' or '30000/1001'. */
export function parseFrameRate(text) {
  const [numerator, denominator = 1] = String(text ?? 10).split('/').map(Number);
  return numerator / denominator || 10;
}

/** The title of a request: the names of its clips, including deleted ones. */
export const titleOf = inputs => inputs.filter(i => i.role !== 'mask').map(i => i.name.replace(/^painted: /, '')).join(' + ');

export const applications = {
  generation: 'Variations',
  retargeting: 'Resize or retime',
  analogy: 'Style transfer',
  sketch: 'From a sketch',
  inpainting: 'Remove or replace',
};

export const roles = { input: 'Input', mask: 'Mask', source: 'Source', content: 'Motion', style: 'Style', sketch: 'Sketch' };

export const states = { queued: 'Queued', running: 'Running', succeeded: 'Done', failed: 'Failed', cancelled: 'Cancelled' };

export const isOver = state => state === 'succeeded' || state === 'failed' || state === 'cancelled';
