/** Texts of the page by language; the browser's own one is shown, English else. */
const texts = {
  en: {
    title: 'Checking your browser',
    why: 'This site gets many more requests than usual. Your browser solves a short task, then the page opens by itself. Nothing about you is stored.',
    working: 'Working…',
    done: 'Done. The page opens.',
    cookies: 'This page needs a cookie to open. Allow cookies for this site, then try again.',
    failed:
      'The page could not be opened, although the task was solved. If your network changes its IP address all the time, wait a moment.',
    retry: 'Try again',
    script: 'This site gets many more requests than usual. Turn JavaScript on to open it now, or come back later.',
  },
  es: {
    title: 'Comprobando el navegador',
    why: 'Este sitio recibe muchas más peticiones de lo habitual. Tu navegador resuelve una tarea breve y después la página se abre sola. No se guarda nada sobre ti.',
    working: 'Resolviendo…',
    done: 'Listo. La página se abre.',
    cookies: 'Esta página necesita una cookie para abrirse. Permite las cookies de este sitio y vuelve a intentarlo.',
    failed: 'No se pudo abrir la página, aunque la tarea se resolvió. Si tu red cambia de dirección IP todo el tiempo, espera un momento.',
    retry: 'Volver a intentarlo',
    script: 'Este sitio recibe muchas más peticiones de lo habitual. Activa JavaScript para abrirlo ahora, o vuelve más tarde.',
  },
} // prettier-ignore

/** What is replaced in the page by the puzzle of the viewer, by its signature, and by the seconds that a pass lasts. */
export const puzzlePlaceholder = '__PUZZLE__'
export const noncePlaceholder = '__NONCE__'
export const secondsPlaceholder = '__SECONDS__'

/** The cookie and the header that show a pass. */
export const passCookie = 'ami_pass'
export const passHeader = 'challenge-pass'

/** Pages in a row that did not lead on, within two minutes, until the page waits for a click. */
const maxTries = 4

/** Runs in the viewer's browser. SHA-256 is its own: `crypto.subtle` is there for HTTPS alone, and slow for short texts. */
const script = `
const texts = ${JSON.stringify(texts)}
const puzzle = '${puzzlePlaceholder}'
const language = (navigator.languages || [navigator.language]).map((each) => each.slice(0, 2)).find((each) => texts[each]) || 'en'
const t = texts[language]
const find = (id) => document.getElementById(id)
document.documentElement.lang = language
document.title = t.title
find('title').textContent = t.title
find('why').textContent = t.why
find('retry').textContent = t.retry
const say = (text) => { find('state').textContent = text }
const stop = (text) => { say(text); find('bar').hidden = true; find('retry').hidden = false }
find('retry').onclick = () => {
  try { sessionStorage.removeItem('ami_pass_tries') } catch {}
  location.reload()
}

const k = [], start = []
for (let n = 2; k.length < 64; n++) {
  let prime = true
  for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false
  if (!prime) continue
  if (start.length < 8) start.push((Math.sqrt(n) % 1) * 4294967296 | 0)
  k.push((Math.cbrt(n) % 1) * 4294967296 | 0)
}
const w = new Int32Array(64)
// leading zero bits of the SHA-256 of a text of up to 55 characters
function zeros(text) {
  w.fill(0, 0, 16)
  for (let i = 0; i < text.length; i++) w[i >> 2] |= text.charCodeAt(i) << (24 - (i & 3) * 8)
  w[text.length >> 2] |= 0x80 << (24 - (text.length & 3) * 8)
  w[15] = text.length * 8
  let [a, b, c, d, e, f, g, h] = start
  for (let i = 0; i < 64; i++) {
    if (i > 15) {
      const x = w[i - 15], y = w[i - 2]
      w[i] = w[i - 16] + w[i - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10)
    }
    const one = h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + k[i] + w[i] | 0
    const two = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c) | 0
    h = g; g = f; f = e; e = d + one | 0; d = c; c = b; b = a; a = one + two | 0
  }
  return Math.clz32(a + start[0] | 0)
}
const bits = Number(puzzle.split('.')[1])
let number = 0
const next = new MessageChannel()
function work() {
  for (const until = performance.now() + 30; performance.now() < until; ) {
    for (let n = 0; n < 500; n++, number++) if (zeros(puzzle + '.' + number) >= bits) return finish(puzzle + '.' + number)
  }
  // the share of those who would have found it by now
  find('bar').value = 1 - Math.exp(-number / 2 ** bits)
  next.port2.postMessage(0)
}
next.port1.onmessage = work
function finish(pass) {
  find('bar').value = 1
  const where = location.protocol === 'https:' ? '; SameSite=None; Secure; Partitioned' : '; SameSite=Lax'
  document.cookie = '${passCookie}=' + pass + '; Path=/; Max-Age=${secondsPlaceholder}' + where
  if (!document.cookie.includes(pass)) return stop(t.cookies)
  let tries = []
  try {
    tries = JSON.parse(sessionStorage.getItem('ami_pass_tries') || '[]').filter((at) => at > Date.now() - 120000)
    sessionStorage.setItem('ami_pass_tries', JSON.stringify([...tries, Date.now()]))
  } catch {}
  if (tries.length >= ${maxTries}) return stop(t.failed)
  say(t.done)
  location.reload()
}
say(t.working)
work()
`

/** No file but itself, no third party. The nonce is the signature of the puzzle. */
export const challengePage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${texts.en.title}</title>
<style nonce="${noncePlaceholder}">
:root { color-scheme: light dark; font: 1.05rem/1.5 system-ui, sans-serif }
body { margin: 0; min-height: 100vh; display: grid; place-items: center }
main { max-width: 34rem; padding: 1.5rem }
h1 { font-size: 1.5rem; margin: 0 0 .75rem }
progress { width: 100%; height: .75rem }
button { font: inherit; padding: .5rem 1rem }
</style>
</head>
<body>
<main>
<h1 id="title">${texts.en.title}</h1>
<noscript><p>${texts.en.script}</p><p lang="es">${texts.es.script}</p></noscript>
<p id="why"></p>
<progress id="bar" max="1" value="0" aria-labelledby="title"></progress>
<p id="state" role="status"></p>
<button id="retry" type="button" hidden></button>
</main>
<script nonce="${noncePlaceholder}">${script}</script>
</body>
</html>
`

/** The policy of the page (CSP level 3): its own style and script, and nothing else. */
export const challengePolicy = `default-src 'none'; style-src 'nonce-${noncePlaceholder}'; script-src 'nonce-${noncePlaceholder}'; base-uri 'none'; form-action 'none'`
