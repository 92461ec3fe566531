/** Runs attempts one after the other and reports what each came to, as JSON, to `report`. */
function page(attempts: string, report = '/report'): string {
  return `<!doctype html><meta charset="utf-8"><body><script>
const limit = (promise) => Promise.race([promise, new Promise((done) => setTimeout(done, 8000, 'no answer'))]);
const read = async (...call) => {
  try {
    const response = await fetch(...call);
    return response.type === 'opaque' ? 'opaque' : response.status + ' ' + (await response.text());
  } catch {
    return 'refused';
  }
};
const element = (tag, attributes) =>
  new Promise((done) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.onload = () => done({ made, how: 'loaded' });
    made.onerror = () => done({ made, how: 'failed' });
    document.body.append(made);
  });
const framed = async (attributes) => {
  const { made } = await element('iframe', attributes);
  try {
    return made.contentDocument === null ? 'closed' : made.contentDocument.body.innerText;
  } catch {
    return 'closed';
  }
};
const told = (attributes) =>
  new Promise((done) => {
    addEventListener('message', ({ data }) => done(data), { once: true });
    void element('iframe', attributes);
  });
const submit = (action, fields) =>
  new Promise((done) => {
    const target = 'f' + Math.random();
    const frame = Object.assign(document.createElement('iframe'), { name: target });
    document.body.append(frame);
    const form = Object.assign(document.createElement('form'), { action, method: 'post', target });
    for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement('input'), { name, value }));
    document.body.append(form);
    frame.onload = () => { if (frame.contentDocument === null) done('closed'); };
    form.submit();
  });
const attempts = ${attempts};
(async () => {
  const results = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    results[name] = await limit(attempt().catch((error) => 'threw ' + error));
  }
  await fetch('${report}', { method: 'POST', mode: 'no-cors', body: JSON.stringify(results) });
})();
</script>`;
}

/** A page of another origin that tries to read and write all it can. */
export function hostilePage(admin: string): string {
  const form = "{ 'content-type': 'application/x-www-form-urlencoded' }";
  const inner = `<script>
    const base = ${JSON.stringify(admin)};
    Promise.allSettled([
      fetch(base + '/services').then((response) => response.text()),
      fetch(base + '/services', { method: 'POST', mode: 'no-cors', headers: ${form}, body: 'name=null-origin&host=a.test' }),
    ]).then(([read]) => parent.postMessage(read.status === 'fulfilled' ? read.value : 'refused', '*'));
  <\\/script>`;
  return page(`(() => {
    const base = ${JSON.stringify(admin)};
    const inner = ${JSON.stringify(inner).replaceAll('<', '\\u003c')}.replace('\\\\/', '/');
    const form = (name) => ({ method: 'POST', headers: ${form}, body: 'name=' + name + '&host=a.test' });
    const json = (method) => ({ method, headers: { 'content-type': 'application/json' }, body: '{"host":"a.test"}' });
    return {
      'fetch': () => read(base + '/services'),
      'fetch with credentials': () => read(base + '/services', { credentials: 'include' }),
      'fetch, no-cors': () => read(base + '/services', { mode: 'no-cors' }),
      'form by fetch': () => read(base + '/services', form('by-fetch')),
      'form by fetch, no-cors': () => read(base + '/services', { ...form('by-fetch-no-cors'), mode: 'no-cors' }),
      'text by fetch, no-cors': () => read(base + '/services', { method: 'POST', mode: 'no-cors', body: '{"name":"text","host":"a.test"}' }),
      'PUT': () => read(base + '/services/by-put', json('PUT')),
      'PATCH': () => read(base + '/services/secret', json('PATCH')),
      'DELETE': () => read(base + '/services/secret', { method: 'DELETE' }),
      'config': () => read(base + '/config', { method: 'POST', mode: 'no-cors', body: new URLSearchParams({ config: '_format_version: "3.0"' }) }),
      'form': () => submit(base + '/services', { name: 'by-form', host: 'a.test' }),
      'beacon': async () => String(navigator.sendBeacon(base + '/services', new URLSearchParams({ name: 'beacon', host: 'a.test' }))),
      'script': async () => (await element('script', { src: base + '/services' })).how,
      'image': async () => (await element('img', { src: base + '/services' })).how,
      'style': async () => (await element('link', { rel: 'stylesheet', href: base + '/services' })).how,
      'frame': () => framed({ src: base + '/services' }),
      'socket': () => new Promise((done) => {
        const socket = new WebSocket(base.replace('http', 'ws') + '/services');
        socket.onopen = () => done('open');
        socket.onerror = () => done('refused');
      }),
      'sandboxed frame': () => told({ sandbox: 'allow-scripts', srcdoc: inner }),
      'data: frame': () => told({ src: 'data:text/html,' + encodeURIComponent(inner) }),
    };
  })()`);
}

/** A page whose name leads to the Admin API once it asked for `/rebind`, so that both have one origin for the browser. */
export function reboundPage(report: string): string {
  return page(
    `{
    'rebind': () => read('/rebind'),
    'fetch': () => read('/services'),
    'form': () => read('/services', { method: 'POST', body: new URLSearchParams({ name: 'rebound', host: 'a.test' }) }),
    'PUT': () => read('/services/rebound', { method: 'PUT', body: '{"host":"a.test"}', headers: { 'content-type': 'application/json' } }),
    'frame': () => framed({ src: '/services' }),
  }`,
    report,
  );
}

/** A page that may use the Admin API: it has the token and comes from an origin that is allowed. */
export function allowedPage(admin: string, token: string): string {
  return page(`(() => {
    const base = ${JSON.stringify(admin)};
    const headers = { 'kong-admin-token': ${JSON.stringify(token)}, 'content-type': 'application/json' };
    return {
      'without the token': () => read(base + '/services'),
      'PUT': () => read(base + '/services/by-page', { method: 'PUT', headers, body: '{"host":"a.test"}' }),
      'fetch': () => read(base + '/services/by-page', { headers }),
    };
  })()`);
}
