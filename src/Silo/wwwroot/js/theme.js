// Colour scheme: light, dark or the system's.

import { fill, icon } from './dom.js';

const order = ['auto', 'light', 'dark'];
const icons = { auto: 'auto', light: 'sun', dark: 'moon' };

export function themeButton(button) {
  const now = () => document.documentElement.dataset.theme ?? 'auto';
  const show = () => {
    fill(button, icon(icons[now()]));
    button.setAttribute('aria-label', `Colours: ${now()}. Change`);
    button.title = `Colours: ${now()}`;
  };
  button.addEventListener('click', () => {
    const next = order[(order.indexOf(now()) + 1) % order.length];
    if (next === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem('theme', next);
    } catch {
      // Without storage, the choice lasts until the page is closed.
    }
    show();
  });
  show();
}
