// Ways in which a page can make the browser that shows it ask an address inside. Adding one is adding a row.

export interface Inside {
  /** `host:port` of the canary, by a name that the proxy's resolver knows. */
  at: string
  port: number
  /** Of the canary, by its bare address. */
  literal: string
}

interface Proxied {
  name: string
  /** The request came to the proxy and was refused there, which the test sees by the name that was resolved. */
  stoppedBy: 'proxy'
  /** What the page holds. */
  html: (inside: Inside) => string
}

interface Blocked {
  name: string
  /** It never gets as far as the proxy; the test sees that the code ran to its end. */
  stoppedBy: 'browser'
  code: (inside: Inside) => string
}

export type Vector = Proxied | Blocked

const script = (code: string): string => `<body><script>{${code}}</script>`
const inWorker = (code: string): string => `URL.createObjectURL(new Blob([${JSON.stringify(code)}]))`
const head = (tags: string): string => `<head>${tags}</head><body>`

const proxied = (name: string, html: Proxied['html']): Vector => ({ name, stoppedBy: 'proxy', html })
const blocked = (name: string, code: Blocked['code']): Vector => ({ name, stoppedBy: 'browser', code })

// The page is at rest only when all has run: the site keeps `/hold` open until it is asked for `/rest`.
const inTurn = (steps: { name: string; code: string }[]): string =>
  script(`const page = location.pathname; fetch('/hold' + page); (async () => {
    ${steps.map(({ name, code }) => `try { await (async () => {${code}})() } catch {}; await fetch('/ran/${name}')`).join('\n')}
    await fetch('/rest' + page)
  })()`)

/** One page with all of these in it. */
export const pageWith = (vectors: Vector[], insideOf: (name: string) => Inside): string => {
  const parts = vectors.map(vector => (vector.stoppedBy === 'proxy' ? vector.html(insideOf(vector.name)) : ''))
  const steps = vectors.flatMap(vector =>
    vector.stoppedBy === 'browser' ? [{ name: vector.name, code: vector.code(insideOf(vector.name)) }] : [],
  )
  return parts.join('\n') + (steps.length > 0 ? inTurn(steps) : '')
}

const NAVIGATIONS: Vector[] = [
  proxied('meta-refresh', ({ at }) => head(`<meta http-equiv="refresh" content="0;url=http://${at}/">`)),
  proxied('location-assign', ({ at }) => script(`location = 'http://${at}/'`)),
  proxied('location-replace-https', ({ at }) => script(`location.replace('https://${at}/')`)),
  proxied(
    'form-get',
    ({ at }) => `<body><form action="http://${at}/"></form><script>document.forms[0].submit()</script>`,
  ),
  proxied(
    'form-post',
    ({ at }) =>
      `<body><form method="post" enctype="text/plain" action="http://${at}/"><input name="SET x" value="y"></form><script>document.forms[0].submit()</script>`,
  ),
  proxied(
    'link-click',
    ({ at }) => `<body><a href="http://${at}/">x</a><script>document.links[0].click()</script>`,
  ),
  proxied('location-with-credentials', ({ at }) => script(`location = 'http://user:secret@${at}/'`)),
]

const FRAMES: Vector[] = [
  proxied('iframe', ({ at }) => `<body><iframe src="http://${at}/"></iframe>`),
  proxied(
    'iframe-sandboxed',
    ({ at }) => `<body><iframe sandbox="allow-scripts" srcdoc="<script>fetch('http://${at}/')</script>"></iframe>`,
  ),
  proxied('iframe-data', ({ at }) => `<body><iframe src="data:text/html,<img src=http://${at}/>"></iframe>`),
  proxied('iframe-javascript', ({ at }) => `<body><iframe src="javascript:fetch('http://${at}/')"></iframe>`),
  proxied('iframe-blob', ({ at }) =>
    script(`const f = document.createElement('iframe');
      f.src = URL.createObjectURL(new Blob(['<img src="http://${at}/">'], { type: 'text/html' })); document.body.append(f)`),
  ),
  proxied('object', ({ at }) => `<body><object data="http://${at}/x.html" type="text/html"></object>`),
  proxied('embed', ({ at }) => `<body><embed src="http://${at}/x.html" type="text/html">`),
]

const RESOURCES: Vector[] = [
  proxied('image', ({ at }) => `<body><img src="http://${at}/">`),
  proxied('image-srcset', ({ at }) => `<body><img srcset="http://${at}/ 1x">`),
  proxied('svg-image', ({ at }) => `<body><svg><image href="http://${at}/" width="9" height="9"/></svg>`),
  proxied('css-import', ({ at }) => head(`<style>@import url(http://${at}/);</style>`)),
  proxied('css-background', ({ at }) => `<body style="background:url(http://${at}/)">text`),
  proxied(
    'font',
    ({ at }) =>
      head(`<style>@font-face{font-family:x;src:url(http://${at}/)}body{font-family:x}</style>`) + 'text',
  ),
  proxied('stylesheet', ({ at }) => head(`<link rel="stylesheet" href="http://${at}/">`)),
  proxied('script', ({ at }) => head(`<script src="http://${at}/"></script>`)),
  proxied('module-script', ({ at }) => head(`<script type="module">import 'http://${at}/x.js'</script>`)),
  proxied('video', ({ at }) => `<body><video autoplay muted src="http://${at}/"></video>`),
  proxied(
    'video-track',
    ({ at }) =>
      `<body><video crossorigin><track default kind="subtitles" src="http://${at}/"></video><script>document.querySelector('video[crossorigin]').textTracks[0].mode='showing'</script>`,
  ),
]

const HINTS: Vector[] = [
  proxied('prefetch', ({ at }) => head(`<link rel="prefetch" href="http://${at}/">`)),
  proxied('preload', ({ at }) => head(`<link rel="preload" as="image" href="http://${at}/">`)),
  proxied('modulepreload', ({ at }) => head(`<link rel="modulepreload" href="http://${at}/">`)),
  blocked(
    'preconnect',
    ({ at }) => `document.head.insertAdjacentHTML('beforeend', '<link rel="preconnect" href="https://${at}/">')`,
  ),
  blocked(
    'dns-prefetch',
    ({ at }) => `document.head.insertAdjacentHTML('beforeend', '<link rel="dns-prefetch" href="//${at}/">')`,
  ),
  blocked(
    'prerender',
    ({ at }) => `document.head.insertAdjacentHTML('beforeend', '<link rel="prerender" href="http://${at}/">')`,
  ),
  blocked(
    'speculation-rules',
    ({ at }) => `const s = document.createElement('script'); s.type = 'speculationrules'
      s.textContent = JSON.stringify({ prerender: [{ urls: ['http://${at}/'], eagerness: 'immediate' }], prefetch: [{ urls: ['http://${at}/'], eagerness: 'immediate' }] })
      document.head.append(s)`,
  ),
]

const REQUESTS: Vector[] = [
  proxied('fetch', ({ at }) => script(`fetch('http://${at}/')`)),
  proxied('fetch-no-cors-post', ({ at }) =>
    script(`fetch('http://${at}/', { method: 'POST', mode: 'no-cors', body: 'x' })`),
  ),
  proxied('fetch-keepalive', ({ at }) => script(`fetch('http://${at}/', { keepalive: true, mode: 'no-cors' })`)),
  proxied('fetch-of-a-redirect', ({ at }) => script(`fetch('/redirect?to=http://${at}/', { mode: 'no-cors' })`)),
  proxied('fetch-other-scheme', ({ at }) => script(`fetch('https://${at}/', { mode: 'no-cors' })`)),
  proxied('xhr', ({ at }) => script(`const x = new XMLHttpRequest(); x.open('GET', 'http://${at}/'); x.send()`)),
  proxied('xhr-synchronous', ({ at }) =>
    script(`const x = new XMLHttpRequest(); x.open('GET', 'http://${at}/', false); x.send()`),
  ),
  proxied('beacon', ({ at }) => script(`navigator.sendBeacon('http://${at}/', 'x')`)),
  proxied('event-source', ({ at }) => script(`new EventSource('http://${at}/')`)),
  proxied('websocket', ({ at }) => script(`new WebSocket('ws://${at}/')`)),
  proxied('websocket-tls', ({ at }) => script(`new WebSocket('wss://${at}/')`)),
]

const WORKERS: Vector[] = [
  proxied('worker-fetch', ({ at }) => script(`new Worker(${inWorker(`fetch('http://${at}/')`)})`)),
  proxied('worker-import-scripts', ({ at }) =>
    script(`new Worker(${inWorker(`importScripts('http://${at}/')`)})`),
  ),
  proxied('worker-websocket', ({ at }) => script(`new Worker(${inWorker(`new WebSocket('ws://${at}/')`)})`)),
  proxied('worker-in-worker', ({ at }) =>
    script(`new Worker(${inWorker(`new Worker(URL.createObjectURL(new Blob(["fetch('http://${at}/')"])))`)})`),
  ),
  proxied('worklet', ({ at }) =>
    script(
      `CSS.paintWorklet ? CSS.paintWorklet.addModule('http://${at}/') : 0; new AudioContext().audioWorklet.addModule('http://${at}/')`,
    ),
  ),
  blocked('service-worker', ({ at }) => `await navigator.serviceWorker.register('/sw.js?http://${at}/')`),
]

// Playwright does not see the end of its request, so its page never comes to rest.
const SHARED_WORKER: Vector[] = [
  proxied('shared-worker', ({ at }) => script(`new SharedWorker(${inWorker(`fetch('http://${at}/')`)})`)),
]

const WEBRTC: Vector[] = [
  blocked(
    'webrtc-stun',
    ({ literal }) => `const c = new RTCPeerConnection({ iceServers: [{ urls: 'stun:${literal}' }] })
      c.createDataChannel('x'); await c.setLocalDescription(await c.createOffer())
      await new Promise(r => { c.onicegatheringstatechange = () => c.iceGatheringState === 'complete' && r(); setTimeout(r, 1500) })`,
  ),
  blocked(
    'webrtc-turn-tcp',
    ({
      literal,
    }) => `const c = new RTCPeerConnection({ iceTransportPolicy: 'relay', iceServers: [{ urls: 'turn:${literal}?transport=tcp', username: 'x', credential: 'x' }] })
      c.createDataChannel('x'); await c.setLocalDescription(await c.createOffer())
      await new Promise(r => { c.onicegatheringstatechange = () => c.iceGatheringState === 'complete' && r(); setTimeout(r, 1500) })`,
  ),
  blocked(
    'webrtc-candidate',
    ({ port }) => `const a = new RTCPeerConnection(), b = new RTCPeerConnection(); a.createDataChannel('x')
      const udp = 'candidate:1 1 udp 2122260223 127.0.0.1 ${port} typ host', tcp = 'candidate:2 1 tcp 1518280447 127.0.0.1 ${port} typ host tcptype passive'
      await a.setLocalDescription(await a.createOffer()); await b.setRemoteDescription(a.localDescription)
      await b.setLocalDescription(await b.createAnswer()); await a.setRemoteDescription(b.localDescription)
      for (const candidate of [udp, tcp]) await a.addIceCandidate({ candidate, sdpMid: '0' })
      await new Promise(r => setTimeout(r, 1000))`,
  ),
]

const SCHEMES: Vector[] = [
  blocked('webtransport', ({ literal }) => `await new WebTransport('https://${literal}/').ready`),
  blocked('file-fetch', () => `await fetch('file:///etc/passwd')`),
  blocked(
    'file-frame',
    () => `document.body.insertAdjacentHTML('beforeend', '<iframe src="file:///etc/passwd"></iframe>')`,
  ),
  blocked('file-location', () => `location = 'file:///etc/passwd'`),
  blocked('view-source', ({ at }) => `location = 'view-source:http://${at}/'`),
  blocked('chrome-location', () => `location = 'chrome://version'`),
  blocked(
    'chrome-frame',
    () => `document.body.insertAdjacentHTML('beforeend', '<iframe src="chrome://gpu"></iframe>')`,
  ),
  blocked('data-location', ({ at }) => `location = 'data:text/html,<img src=http://${at}/>'`),
  blocked('devtools-location', ({ at }) => `location = 'devtools://devtools/bundled/inspector.html?ws=${at}'`),
  blocked('ftp', ({ at }) => `await fetch('ftp://${at}/').catch(() => 0); location = 'ftp://${at}/'`),
  blocked(
    'link-ping',
    ({ at }) =>
      `const a = document.createElement('a'); a.href = '#x'; a.ping = 'http://${at}/'; document.body.append(a); a.click()`,
  ),
  blocked('popup', ({ at }) => `open('http://${at}/')`),
  blocked(
    'download',
    () => `const a = document.createElement('a'); a.href = 'blob:x'; a.download = 'x'; a.click()`,
  ),
  blocked('port-of-another-protocol', () => `await fetch('http://127.0.0.1:22/', { mode: 'no-cors' })`),
]

/** Vectors by the page that holds them: those of a row are opened together, those that leave their page alone. */
export const PAGES: Readonly<Record<string, Vector[]>> = {
  ...Object.fromEntries(NAVIGATIONS.map(vector => [vector.name, [vector]])),
  frames: FRAMES,
  resources: RESOURCES,
  hints: HINTS,
  requests: REQUESTS,
  workers: WORKERS,
  sharedWorker: SHARED_WORKER,
  webrtc: WEBRTC,
  schemes: SCHEMES,
}

/** The loopback as a URL can spell it. */
export const SPELLINGS = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '0',
  '127.0.0.1.',
  '%31%32%37.0.0.1',
  '１２７.０.０.１',
  'localhost',
  'localhost.',
  'a.localhost',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  'user:secret@127.0.0.1',
]

/** A page that asks for every way in which a URL can spell the loopback, each a request. */
export const spellingsPage = (port: number): string =>
  inTurn(
    SPELLINGS.map((spelling, index) => ({
      name: `spelling-${index}`,
      code: `await fetch('http://${spelling}:${port}/', { mode: 'no-cors' })`,
    })),
  )
