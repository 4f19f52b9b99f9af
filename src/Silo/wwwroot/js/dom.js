// Creates all elements of the page, always from text and never from markup, so that names cannot inject code.

const properties = new Set(['value', 'checked', 'muted', 'loop', 'disabled', 'hidden', 'indeterminate', 'selected', 'open']);

export function h(name, props, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null) continue;
    if (key === 'class') e.className = value;
    else if (key.startsWith('on')) e.addEventListener(key.slice(2), value);
    else if (properties.has(key)) e[key] = value;
    else if (value === true) e.setAttribute(key, '');
    else if (value !== false) e.setAttribute(key, value);
  }
  add(e, children);
  return e;
}

export function add(parent, children) {
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== false) parent.append(child);
  return parent;
}

export const fill = (parent, ...children) => { parent.replaceChildren(); return add(parent, children); };

const shapes = {
  play: 'M7 4.5v15l12.500-7.500z',
  pause: 'M6 5h4v14H6zM14 5h4v14h-4z',
  back: 'M6 5h2.500v14H6zM19 5v14L9.500 12z',
  forward: 'M15.500 5H18v14h-2.500zM5 5v14l9.500-7z',
  loop: 'M7 7h9.500V4L21 8.500 16.500 13v-3H9v3H6V8a1 1 0 0 1 1-1zm10 10H7.500v3L3 15.500 7.500 11v3H15v-3h3v5a1 1 0 0 1-1 1z',
  sun: 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM11 1h2v4h-2zM11 19h2v4h-2zM1 11h4v2H1zM19 11h4v2h-4zM3.500 4.900l1.400-1.400 2.800 2.800-1.400 1.400zM16.300 17.700l1.400-1.400 2.800 2.800-1.400 1.400zM3.500 19.100l2.800-2.800 1.400 1.400-2.800 2.800zM16.300 6.300l2.800-2.800 1.400 1.400-2.800 2.800z',
  moon: 'M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z',
  auto: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 2v14a7 7 0 0 1 0-14z',
  upload: 'M11 16V7.800L7.400 11.400 6 10l6-6 6 6-1.400 1.400L13 7.800V16zM4 18h16v2H4z',
  close: 'M6.400 5 5 6.400 10.600 12 5 17.600 6.400 19l5.600-5.600 5.600 5.600 1.400-1.400-5.600-5.600L19 6.400 17.600 5 12 10.600z',
  more: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  shape: 'M3 5h8v2H5v4H3zM21 19h-8v-2h6v-4h2zM8 8h8v8H8z',
  look: 'M4 5h10v10H4zM10 17h10V9h-3V7h5v12H10z',
  sketch: 'M4 17c3-9 5-11 7-10s-2 8 0 9 3-6 5-6 1 5 4 5v2c-4 0-4-5-5-5s-2 6-5 5 1-8 0-8-2 2-4 9z',
  fillin: 'M5 3h14v8h-2V5H7v10h4v2H5zM14 13l6 6-2.500.500L16 22z',
  swap: 'M7 4 3 8l4 4V9h8V7H7zM17 12v3H9v2h8v3l4-4z',
  save: 'M11 4h2v8.200l3.600-3.600L18 10l-6 6-6-6 1.400-1.400 3.600 3.600zM4 18h16v2H4z',
  compare: 'M4 5h7v14H4zm2 2v10h3V7zM13 5h7v14h-7z',
  again: 'M12 5V2l5 4-5 4V7a5 5 0 1 0 5 5h2a7 7 0 1 1-7-7z',
  trash: 'M9 3h6v2h5v2H4V5h5zM6 9h12l-1 12H7z',
  undo: 'M8 5 3 10l5 5v-4h6a3 3 0 0 1 0 6h-3v2h3a5 5 0 0 0 0-10H8z',
};

const svg = 'http://www.w3.org/2000/svg';

export function icon(name) {
  const e = document.createElementNS(svg, 'svg');
  e.setAttribute('viewBox', '0 0 24 24');
  e.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('d', shapes[name]);
  e.append(path);
  return e;
}

export const iconButton = (name, label, onclick, props) =>
  h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick, ...props }, icon(name));

/** Creates a list of names and values. */
export const facts = pairs => h('dl', { class: 'facts' }, pairs.filter(([, value]) => value !== undefined && value !== null)
  .map(([name, value, hint]) => h('div', null, h('dt', { title: hint }, name), h('dd', null, value))));

/** Announces a text to screen readers. */
export function say(text) {
  const region = document.getElementById('announcements');
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

/** Shows a message for a few seconds. */
export function toast(text, kind = 'good') {
  const note = h('div', { class: `toast ${kind}`, role: kind === 'bad' ? 'alert' : undefined }, h('span', null, text),
    iconButton('close', 'Dismiss', () => note.remove()));
  document.getElementById('toasts').append(note);
  if (kind !== 'bad') say(text);
  setTimeout(() => note.remove(), kind === 'bad' ? 12000 : 5000);
}

/** Adds to an error message that a call did not reach the server, if so. */
export const notSent = (problem, text) => problem.status === 0 ? `${problem.message} ${text}` : problem.message;

/** Asks for confirmation of an action that cannot be undone. */
export function confirm(question, yes) {
  return new Promise(resolve => {
    const dialog = h('dialog', { class: 'dialog small', 'aria-labelledby': 'question', onclose: () => { resolve(dialog.returnValue === 'yes'); dialog.remove(); } },
      h('p', { id: 'question' }, question),
      h('div', { class: 'row end' },
        h('button', { type: 'button', class: 'quiet', autofocus: true, onclick: () => dialog.close('no') }, 'Cancel'),
        h('button', { type: 'button', class: 'danger', onclick: () => dialog.close('yes') }, yes)));
    document.body.append(dialog);
    dialog.showModal();
  });
}
