// The server's API. Browsers send the session cookie; calls that change state also need a header that only this page sends.

export class Problem extends Error {
  constructor(status, body, retryAfter) {
    super(body.detail ? sentence(body.detail) + (body.hint ? ` ${sentence(body.hint)}` : '') : `The server returned the status ${status}.`);
    this.status = status;
    this.code = body.code ?? 'unknown';
    // Seconds, only for an overloaded server.
    this.retryAfter = status === 503 ? retryAfter : undefined;
  }
}

// File names at the start keep their case.
const sentence = s => (/^\S+\.\S/.test(s) ? s : s.charAt(0).toUpperCase() + s.slice(1)) + (/[.!?]$/.test(s) ? '' : '.');

async function call(method, path, { json, body, headers, signal } = {}) {
  const init = { method, signal, headers: { 'X-Vgpnn-Page': '1', ...headers }, body };
  if (json !== undefined) {
    init.body = JSON.stringify(json);
    init.headers['Content-Type'] = 'application/json';
  }
  let response;
  try {
    response = await fetch(path, init);
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    throw new Problem(0, { code: 'offline', detail: 'can’t reach the server' });
  }
  if (!response.ok) throw await problemOf(response);
  return response.status === 204 ? null : response.json();
}

async function problemOf(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    // The response is not from Vgpnn.
  }
  const problem = new Problem(response.status, body, Number(response.headers.get('Retry-After')) || undefined);
  if (response.status === 401) dispatchEvent(new CustomEvent('signed-out', { detail: problem }));
  return problem;
}

export const get = (path, options) => call('GET', path, options);
export const post = (path, json, options) => call('POST', path, { json, ...options });
export const remove = path => call('DELETE', path);
export const paint = (video, ranges, png) => call('POST', `/v1/videos/${video}/paintings?ranges=${ranges}`, { body: png });

/** Uploads a file; `told` receives the progress, 0 to 1. */
export function upload(file, told) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    // The server rejects names with control characters.
    const name = file.name.replace(/[\u0000-\u001f\u007f-\u009f]/g, '').slice(0, 255) || 'video';
    request.open('POST', `/v1/videos?name=${encodeURIComponent(name)}`);
    request.setRequestHeader('X-Vgpnn-Page', '1');
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.addEventListener('progress', e => { if (e.lengthComputable) told(e.loaded / e.total); });
    request.addEventListener('load', () => {
      let body = {};
      try {
        body = JSON.parse(request.responseText);
      } catch {
        // The response is not from Vgpnn.
      }
      if (request.status < 300) resolve(body);
      else reject(new Problem(request.status, body));
    });
    request.addEventListener('error', () => reject(new Problem(0, { code: 'offline', detail: 'the upload was interrupted', hint: 'try again' })));
    request.send(file);
  });
}
