// What a request would take, asked while it is put together.

import { post } from './api.js';
import { fill, h } from './dom.js';
import { bytes, duration, plural, sizeText } from './format.js';

/** Asks a little after the last change; `told` is called with the answer, the error, or null while nothing is known. */
export function estimator(told, signal) {
  let timer = 0, asking = null;
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    asking?.abort();
  });
  return draft => {
    clearTimeout(timer);
    asking?.abort();
    if (!draft) {
      told(null, null);
      return;
    }
    asking = new AbortController();
    const { signal: stop } = asking;
    timer = setTimeout(async () => {
      try {
        told(await post('/v1/estimates', draft, { signal: stop }), null);
      } catch (e) {
        if (e.name !== 'AbortError') told(null, e);
      }
    }, 120);
  };
}

/** The answer in words. */
export function showEstimate(element, estimate, samples) {
  if (!estimate) {
    fill(element);
    return;
  }
  const item = (name, value, hint) => h('div', { title: hint }, h('dt', null, name), h('dd', null, value));
  fill(element, h('dl', { class: 'estimate' },
    item('Time', `about ${duration(estimate.seconds)}`, `${duration(estimate.secondsPerSample)} for each`),
    item('Memory', bytes(estimate.peakBytes), 'at most, for each sample at work'),
    item(samples === 1 ? 'Result' : 'Each', sizeText(estimate.output), plural(estimate.levels.length, 'level')),
    estimate.queueAhead > 0 && item('Ahead', plural(estimate.queueAhead, 'video'), 'of yours wait already')));
}

/** Why it could not be made, if so. */
export const tooLarge = (estimate, maximumHeight) => estimate.nodeBytes > 0 && estimate.peakBytes > estimate.nodeBytes
  ? `A sample takes ${bytes(estimate.peakBytes)}, and no machine here has more than ${bytes(estimate.nodeBytes)}. A smaller ${maximumHeight} (under Advanced) or fewer frames help.`
  : null;
