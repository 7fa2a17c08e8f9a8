import type { Answer } from '../../../src-main/api/typed-api.ts'
import { socketUrl } from '../../client/event-socket.ts'

export type HostReach = Answer<'GET', '/desktop/reach'>

/** What this browser finds out by itself, and what it is about. */
export interface BrowserCheck {
  readonly code:
    | 'link-local'
    | 'link-open'
    | 'page-secure'
    | 'page-insecure'
    | 'socket-open'
    | 'socket-closed'
    | 'relay-works'
    | 'relay-fails'
  readonly state: 'good' | 'note' | 'problem'
  readonly value: string
}

const socketMs = 5000
const relayMs = 6000
const local = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

/** Tries what a desktop needs, from here: the page's URL, its WebSockets through proxies, and the TURN servers. */
export async function checkFromHere(iceServers: HostReach['iceServers']): Promise<readonly BrowserCheck[]> {
  const { hostname, origin } = location
  const [openedMs, relay] = await Promise.all([openSocket(), findRelay(iceServers)])
  return [
    local.test(hostname) ? { code: 'link-local', state: 'problem', value: origin } : { code: 'link-open', state: 'good', value: origin },
    window.isSecureContext ? { code: 'page-secure', state: 'good', value: '' } : { code: 'page-insecure', state: 'problem', value: '' },
    openedMs === undefined
      ? { code: 'socket-closed', state: 'problem', value: '' }
      : { code: 'socket-open', state: 'good', value: String(Math.round(openedMs)) },
    ...(relay === undefined ? [] : [relay]),
  ]
}

/** ms until a WebSocket of a desktop opens; undefined where none does, as behind a proxy that passes no upgrades. */
function openSocket(): Promise<number | undefined> {
  const startedMs = performance.now()
  const socket = new WebSocket(socketUrl('/desktop/guest'))
  return new Promise((resolve) => {
    const done = (ms: number | undefined): void => {
      clearTimeout(timer)
      socket.onopen = null
      socket.onerror = null
      socket.close()
      resolve(ms)
    }
    const timer = setTimeout(() => done(undefined), socketMs)
    socket.onopen = () => done(performance.now() - startedMs)
    socket.onerror = () => done(undefined)
  })
}

/** Whether a TURN server relays for this browser; undefined without one. */
async function findRelay(iceServers: HostReach['iceServers']): Promise<BrowserCheck | undefined> {
  const turns = iceServers.filter(({ urls }) => /^turns?:/.test(urls))
  const [first] = turns
  if (first === undefined || typeof RTCPeerConnection !== 'function') return undefined
  const peer = new RTCPeerConnection({ iceServers: turns, iceTransportPolicy: 'relay' })
  try {
    peer.createDataChannel('relay')
    const found = new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), relayMs)
      peer.onicecandidate = ({ candidate }) => {
        if (candidate === null) resolve(false)
        else if (candidate.type === 'relay') resolve(true)
      }
    })
    await peer.setLocalDescription()
    const works = await found
    return { code: works ? 'relay-works' : 'relay-fails', state: works ? 'good' : 'problem', value: first.urls }
  } finally {
    peer.close()
  }
}
