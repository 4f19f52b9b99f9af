// Estimates of a request while it is edited.

import { post } from './api.js';
import { fill, h } from './dom.js';
import { bytes, duration, plural, sizeText } from './format.js';

/** Requests an estimate shortly after the last change; calls `told` with the estimate, an error, or null while nothing is known. */
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

/** Shows an estimate. */
export function showEstimate(element, estimate, samples) {
  if (!estimate) {
    fill(element);
    return;
  }
  const item = (name, value, hint) => h('div', { title: hint }, h('dt', null, name), h('dd', null, value));
  fill(element, h('dl', { class: 'estimate' },
    item('Time', `about ${duration(estimate.seconds)}`, `${duration(estimate.secondsPerSample)} per video`),
    item('Memory', bytes(estimate.peakBytes), 'peak, per running video'),
    item(samples === 1 ? 'Video' : 'Each video', sizeText(estimate.output), plural(estimate.levels.length, 'level')),
    estimate.queueAhead > 0 && item('In queue before you', plural(estimate.queueAhead, 'video'), 'your queued videos')));
}

/** The reason why no worker could make the request; null if one can. */
export const tooLarge = (estimate, maximumHeight) => estimate.nodeBytes > 0 && estimate.peakBytes > estimate.nodeBytes
  ? `A video needs ${bytes(estimate.peakBytes)} of memory, but the largest worker has ${bytes(estimate.nodeBytes)}. Reduce the ${maximumHeight} (under Advanced) or use fewer frames.`
  : null;
