// Before anything is painted: the colours that were chosen last time.
(() => {
  'use strict';
  try {
    const theme = localStorage.getItem('theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Without storage the system's colours are right.
  }
})();
