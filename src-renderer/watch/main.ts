import { startInLanguage } from '../messages/language.ts'
import { player as t } from '../messages/player.ts'
import type { CurrentLevel, EngineKind } from '../player/engine.ts'
import { formatLatency, smoothLatency } from '../player/latency.ts'
import { WatchSession } from '../player/watch-session.ts'
import { connectControls, part } from './controls.ts'
import { noticeOf } from './notices.ts'
import { connectSeekBar } from './seek-bar.ts'
import { embedSnippet, readWatchUrl } from './watch-url.ts'

declare global {
  interface Window {
    /** For tests, and for the curious. */
    __player?: {
      latencyMs(): number | null
      level(): CurrentLevel | null
      state(): string
      /** The latest errors that the playing library reported, also those that it repaired. */
      readonly problems: readonly string[]
      readonly engine: EngineKind
      /** Base URL of the host or node that it fetches from. */
      readonly node: string
    }
  }
}

function start(): void {
  const address = readWatchUrl(location.pathname, location.search)
  const video = part<HTMLVideoElement>('video')
  const player = part('player')
  let title = address.name
  const problems: string[] = []

  function randomSession(): string {
    return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  video.muted = true
  const session = new WatchSession({
    video,
    name: address.name,
    session: randomSession(),
    engine: address.engine,
    token: address.token,
    start: address.start,
    onState: drawState,
    onTitle: drawTitle,
    onProblem(what) {
      problems.push(what)
      if (problems.length > 100) problems.shift()
    },
    onLevels: drawQuality,
  })

  window.__player = {
    latencyMs: () => session.latencyMs(),
    level: () => session.level(),
    problems,
    state: () => (video.paused && session.state === 'playing' ? 'paused' : session.state),
    get engine() {
      return session.engine
    },
    get node() {
      return session.node
    },
  }

  function drawState(): void {
    const state = session.state
    const notice = noticeOf(state)
    player.dataset.state = state
    part('notice-title').textContent = notice.title
    part('notice-text').textContent = notice.text
    const chip = part('chip')
    chip.textContent = notice.chip
    chip.dataset.state = state
    document.title = `${title} · ${notice.chip} · AMI Streams`
  }

  function drawTitle(known: string): void {
    title = known
    part('name').textContent = title
    drawState()
  }

  function drawQuality(): void {
    const level = session.level()
    const height = video.videoHeight || level?.height || 0
    part('quality').textContent = height > 0 ? (level && !level.auto ? `${height}p` : t.auto(`${height}p`)) : '–'
  }

  let shown: number | null = null
  function drawLatency(): void {
    shown = smoothLatency(shown, session.latencyMs())
    part('latency').textContent = formatLatency(shown)
    part('live').classList.toggle(
      'at-edge',
      session.state === 'playing' && !session.rewound && !video.paused && shown !== null && shown < 6000,
    )
    part('live-text').textContent = session.rewound ? t.backToLive : t.liveNow
  }

  /** Fills in the texts that watch.html names by their key. */
  function drawTexts(): void {
    const texts: Readonly<Record<string, unknown>> = t
    for (const element of document.querySelectorAll<HTMLElement>('[data-text], [data-label], [data-title]')) {
      const { text, label, title: shownTitle } = element.dataset
      if (text !== undefined) element.textContent = String(texts[text])
      if (label !== undefined) element.setAttribute('aria-label', String(texts[label]))
      if (shownTitle !== undefined) element.title = String(texts[shownTitle])
    }
  }

  function copyOnClick(id: string, text: () => string): void {
    const button = part(id)
    const label = button.textContent
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(text())
        button.textContent = t.copied
      } catch {
        window.prompt(t.copyThis, text())
      }
      setTimeout(() => {
        button.textContent = label
      }, 1500)
    })
  }

  drawTexts()
  document.body.classList.toggle('embed', address.embedded)
  const theme = (() => {
    try {
      return localStorage.getItem('ami.theme')
    } catch {
      return null
    }
  })()
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
  part('name').textContent = address.name
  drawState()
  drawQuality()
  connectControls(video, () => session, drawQuality)
  connectSeekBar(video, () => session)
  video.addEventListener('resize', drawQuality)
  setInterval(drawLatency, 500)
  copyOnClick('copy-link', () => `${location.origin}/watch/${encodeURIComponent(address.name)}`)
  const snippet = embedSnippet(location.origin, address.name)
  if (snippet === undefined) part('copy-embed').hidden = true
  else copyOnClick('copy-embed', () => snippet)
}

startInLanguage('player', start)
