import { WhepClient } from '../webrtc/whep-client.ts'
import type { Engine, EngineEvents } from './engine.ts'

/** ms within which a connection must be open before another way of playing is taken. */
const CONNECT_MS = 5000

/**
 * Plays over WebRTC: the delay is that of the network and of one jitter buffer. `onFatal('network')` where no connection
 * comes to be. `isOver` asks whether the stream has ended, once the connection is gone.
 */
export function createWebRtcEngine(
  video: HTMLVideoElement,
  endpoint: string,
  isOver: () => Promise<boolean>,
  events: EngineEvents,
): Engine {
  let hasPlayed = false
  let kbps = 0
  let delayMs = 0
  const client = new WhepClient({
    endpoint,
    connectTimeoutMs: CONNECT_MS,
    onMedia(media) {
      if (video.srcObject !== media) video.srcObject = media
      void video.play().catch(() => {})
    },
    onState(state, problem) {
      if (problem !== undefined) events.onProblem(problem.message)
      if (state === 'playing') {
        hasPlayed = true
        clearTimeout(deadline)
        events.onAdvancing(true)
      } else if (state === 'reconnecting' || state === 'waiting') {
        if (!hasPlayed) {
          if (problem !== undefined) fail()
          return
        }
        events.onAdvancing(false)
        void isOver().then((over) => {
          if (!over || client.state === 'stopped' || client.state === 'playing') return
          client.stop()
          events.onEnded(false)
        })
      } else if (state === 'refused' || (state === 'connecting' && problem !== undefined)) fail()
    },
    onFigures(figures) {
      kbps = figures.kbps
      void readDelay()
    },
  })
  const deadline = setTimeout(() => {
    if (!hasPlayed) fail()
  }, CONNECT_MS)
  const onResize = () => events.onLevels()
  video.addEventListener('resize', onResize)

  function fail(): void {
    clearTimeout(deadline)
    client.stop()
    events.onFatal('network')
  }

  /** Half the round trip and what waits in the jitter buffer: the sender's own clock is not known here. */
  async function readDelay(): Promise<void> {
    const report = await client.connection?.getStats().catch(() => undefined)
    let roundTrip = 0
    let buffer = 0
    for (const each of report?.values() ?? []) {
      if (each.type === 'candidate-pair' && each.nominated) roundTrip = each.currentRoundTripTime ?? 0
      if (each.type === 'inbound-rtp' && each.kind === 'video' && each.jitterBufferEmittedCount > 0) {
        buffer = each.jitterBufferDelay / each.jitterBufferEmittedCount
      }
    }
    delayMs = (roundTrip / 2 + buffer) * 1000
  }

  return {
    kind: 'webrtc',
    shownTimeMs: () => undefined,
    delayMs: () => (hasPlayed ? delayMs : undefined),
    levels: () => [],
    level: () =>
      video.videoHeight > 0
        ? { auto: true, id: 0, width: video.videoWidth, height: video.videoHeight, bitrateKbps: Math.round(kbps) }
        : null,
    setLevel() {},
    // What was missed while it was paused is gone: a live media stream is always at its edge.
    goLive() {},
    range: () => undefined,
    seek() {},
    rewound: false,
    destroy() {
      clearTimeout(deadline)
      client.stop()
      video.removeEventListener('resize', onResize)
      video.srcObject = null
    },
  }
}
