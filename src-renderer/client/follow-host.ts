import type { Item } from '../../src-main/api/typed-api.ts'
import { ApiError, call, explain, onSignedOut, request } from './api.ts'
import { applyDetail, applyEvent, applyHistory, applySnapshot } from './apply-event.ts'
import { deliverEvent, deliverFresh } from './event-followers.ts'
import { openEventSocket, socketUrl } from './event-socket.ts'
import { PendingAnswers } from './pending-answers.ts'
import { takeLink } from './sign-in-link.ts'
import { type ClientState, clientStore, initialState } from './store.ts'
import type { Page, Settings, Stream, StreamKey } from './types.ts'

let closeSocket: (() => void) | undefined
/** What arrives while the state is being read; applied after it, in order. */
let kept: ((state: ClientState) => ClientState)[] | undefined
const streamAnswers = new PendingAnswers()
const keyAnswers = new PendingAnswers()
const settingsAnswers = new PendingAnswers()
let reading: AbortController | undefined
let retryTimer: ReturnType<typeof setTimeout> | undefined

async function all<Path extends string>(path: Path, signal: AbortSignal): Promise<Item<Path>[]> {
  const items: Item<Path>[] = []
  let cursor: string | null = null
  do {
    const page: Page<Item<Path>> = await request('GET', path, { signal, query: { cursor: cursor ?? undefined } })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return items
}

/** What a role below editor may not read is empty, not an error. */
async function allowed<T>(promise: Promise<T>, fallback: T): Promise<T> {
  try {
    return await promise
  } catch (error) {
    if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return fallback
    throw error
  }
}

async function readAll(): Promise<void> {
  reading?.abort()
  clearTimeout(retryTimer)
  const mine = new AbortController()
  reading = mine
  kept = []
  for (const answers of [streamAnswers, keyAnswers, settingsAnswers]) answers.noteReading()
  try {
    const [streams, keys, publish, settings, host, preview] = await Promise.all([
      all('/live/streams', mine.signal),
      allowed(all('/live/keys', mine.signal), []),
      allowed(call('GET', '/live/publish-addresses', { signal: mine.signal }), null),
      allowed(call('GET', '/settings', { signal: mine.signal }), null),
      allowed(call('GET', '/host', { signal: mine.signal }), null),
      // Streams that can only be watched with signed URLs are shown to users who are signed in here; they do not count as viewers.
      call('POST', '/live/preview-pass', { signal: mine.signal, quiet: true }).catch(() => null),
    ])
    const waiting = kept ?? []
    kept = undefined
    clientStore.setState((state) => {
      const previewPrefix = preview?.session ?? initialState.previewPrefix
      const read: ClientState = { ...applySnapshot(state, { streams, keys }), publish, settings, host, previewPrefix, phase: 'ready' }
      return waiting.reduce((next, apply) => apply(next), read)
    })
    for (const stream of streams) if (stream.state === 'active') void readHistory(stream.id, mine.signal)
  } catch (error) {
    if (mine.signal.aborted) return
    kept = undefined
    if (error instanceof ApiError && error.status === 401) return
    retryTimer = setTimeout(() => void readAll(), 2000)
  }
}

function openEvents(): void {
  closeSocket?.()
  closeSocket = openEventSocket(socketUrl('/events'), {
    onEvent(event) {
      const before = clientStore.getState()
      const after = applyEvent(before, event)
      streamAnswers.noteChanges(before.streams, after.streams)
      keyAnswers.noteChanges(before.keys, after.keys)
      settingsAnswers.noteChanges({ settings: before.settings }, { settings: after.settings })
      if (kept) kept.push((state) => applyEvent(state, event))
      else clientStore.setState(after)
      deliverEvent(event)
    },
    onFresh() {
      void readAll()
      deliverFresh()
    },
    onConnection(connection) {
      clientStore.setState({ connection })
      if (connection === 'reconnecting') void checkSignIn()
      // It may have been away for longer than a pass lasts.
      else if (connection === 'live') void renewPass()
    },
  })
}

/** A socket that is rejected may mean that the sign-in has gone: ask, and show the sign-in page if so. */
async function checkSignIn(): Promise<void> {
  try {
    const me = await call('GET', '/sessions/me')
    if (me.role === 'none') showSignIn()
    else clientStore.setState({ me })
  } catch {
    // The host may be away: the socket retries.
  }
}

function showSignIn(): void {
  closeSocket?.()
  closeSocket = undefined
  reading?.abort()
  clearInterval(passTimer)
  clientStore.setState({ phase: 'signed-out', me: null })
}

/** Shorter than the life of a pass. */
const passEveryMs = 10 * 60_000
let passTimer: ReturnType<typeof setInterval> | undefined

/** Streams that can only be watched with signed URLs are shown to users who are signed in here. */
async function renewPass(): Promise<void> {
  clearInterval(passTimer)
  passTimer = setInterval(() => void renewPass(), passEveryMs)
  await call('POST', '/live/preview-pass', { quiet: true }).catch(() => undefined)
}

let starting: Promise<void> | undefined

async function begin(): Promise<void> {
  onSignedOut(showSignIn)
  const { link, rest } = takeLink(new URL(location.href))
  if (link !== undefined) {
    history.replaceState(null, '', rest)
    try {
      await call('POST', '/sessions', { body: { link }, quiet: true })
    } catch (error) {
      // A spent link may still meet a valid sign-in; /sessions/me decides.
      clientStore.setState({ linkProblem: explain(error) })
    }
  }
  await enter()
}

async function enter(): Promise<void> {
  clearTimeout(retryTimer)
  try {
    const me = await call('GET', '/sessions/me')
    if (me.role === 'none') {
      showSignIn()
      return
    }
    clientStore.setState({ me })
    openEvents()
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return
    clientStore.setState({ phase: 'unreachable' })
    retryTimer = setTimeout(() => void enter(), 1500)
  }
}

/** Starts to keep the store in step with the host: reads everything, then follows its events. Once for the life of the page. */
export function followHost(): Promise<void> {
  starting ??= begin()
  return starting
}

/** Signs in with a token or a one-time link's secret; throws ApiError when it is rejected. */
export async function signIn(credentials: { token: string } | { link: string }): Promise<void> {
  await call('POST', '/sessions', { body: credentials, quiet: true })
  clientStore.setState({ phase: 'loading' })
  await enter()
}

/** Ends the sign-in of this browser. */
export async function signOut(): Promise<void> {
  await call('DELETE', '/sessions/me', { quiet: true })
  showSignIn()
}

/** Reads the last five minutes and the viewers of one stream, for its page. */
export async function readDetail(streamId: string, signal: AbortSignal): Promise<void> {
  const [health, sessions] = await Promise.all([
    call('GET', `/live/streams/${streamId}/health`, { signal }),
    call('GET', `/live/streams/${streamId}/sessions`, { signal }),
  ])
  clientStore.setState((state) => applyDetail(state, streamId, { samples: health.samples, sessions: sessions.items }))
}

/** Fills a stream's graph from before the page was opened; without it the graph starts now. */
async function readHistory(streamId: string, signal: AbortSignal): Promise<void> {
  try {
    const { samples } = await call('GET', `/live/streams/${streamId}/health`, { signal })
    clientStore.setState((state) => applyHistory(state, streamId, samples))
  } catch {
    // The stream may have been deleted meanwhile.
  }
}

function put(apply: (state: ClientState) => ClientState): void {
  kept?.push(apply)
  clientStore.setState(apply)
}

/**
 * Puts the answer to a request that is sent now into the store, unless an event was newer; the event that follows says the same.
 * Resolves with the answer, and rejects as the request does.
 */
export function keepStream(answer: Promise<Stream>): Promise<Stream> {
  return streamAnswers.take(
    answer,
    ({ id }) => id,
    (stream) => put((state) => ({ ...state, streams: { ...state.streams, [stream.id]: stream } })),
  )
}

/** `keepStream` for keys. */
export function keepKey(answer: Promise<StreamKey>): Promise<StreamKey> {
  return keyAnswers.take(
    answer,
    ({ id }) => id,
    (key) => put((state) => ({ ...state, keys: { ...state.keys, [key.id]: key } })),
  )
}

/** `keepStream` for the settings of the host. */
export function keepSettings(answer: Promise<Settings>): Promise<Settings> {
  return settingsAnswers.take(
    answer,
    () => 'settings',
    (settings) => put((state) => ({ ...state, settings })),
  )
}

export function dropStream(id: string): void {
  clientStore.setState((state) => applyEvent(state, { seq: 0, time: '', topic: 'stream.removed', stream: id, data: { id } }))
}
