import type HlsType from 'hls.js'
import type { HlsConfig } from 'hls.js'
import { type LoaderClass, type Nodes, nodeLoader } from '../../src-client/index.ts'
import type { Engine, EngineEvents } from './engine.ts'
import { levelLabel, liveWithinS } from './engine.ts'
import { followLadder, isMade, prefetchedLoader } from './hls-ladder.ts'
import { hlsLevels } from './hls-levels.ts'

type HlsClass = typeof HlsType

/** Farther behind its own target than this, the player jumps to the live edge instead of hurrying after it, s. */
const jumpBehindS = 5

/**
 * Plays Low-Latency HLS with hls.js. `playlist` is the text of the multivariant playlist at `url`; `rewound` where it says to start
 * elsewhere than at the live edge.
 */
export function createHlsEngine(
  Hls: HlsClass,
  video: HTMLVideoElement,
  url: string,
  playlist: string,
  events: EngineEvents,
  startsRewound: boolean,
  session: string,
  nodes: Nodes,
): Engine {
  let rewound = startsRewound
  const loader = nodeLoader(Hls.DefaultConfig.loader as unknown as LoaderClass, nodes) as unknown as HlsConfig['loader']
  const hls = new Hls({
    loader,
    lowLatencyMode: true,
    // The distance to the edge is the playlist's PART-HOLD-BACK; a stall widens it a little instead of by a whole second.
    liveSyncOnStallIncrease: 0.25,
    maxLiveSyncPlaybackRate: 1.15,
    backBufferLength: 10,
    maxBufferLength: 12,
    startFragPrefetch: true,
    pLoader: prefetchedLoader(loader, playlist),
    abrController: hlsLevels(Hls),
    // Media have the same URL for everybody: by CMCD the host knows whose request it was. Not to a CDN or node, which would be asked first.
    ...(/^(?:https?:)?\/\//m.test(playlist) || nodes.base !== location.origin
      ? {}
      : { cmcd: { sessionId: session, contentId: 'live', useHeaders: true } }),
  })
  let mediaErrors = 0
  let lastMediaErrorMs = 0
  let sawLive = false
  let ended = false
  let lastAdvanceMs = performance.now()
  /** End of the stream on the video's clock, s, once its playlist says so. */
  let endS: number | undefined
  let lastTimeS = -1

  hls.on(Hls.Events.MANIFEST_PARSED, () => events.onLevels())
  hls.on(Hls.Events.LEVEL_SWITCHED, () => events.onLevels())
  hls.on(Hls.Events.LEVEL_UPDATED, (_event, { details }) => {
    if (details.live) {
      sawLive = true
      if (details.advanced) {
        lastAdvanceMs = performance.now()
        events.onAdvancing(true)
      }
    } else if (sawLive) {
      endS = details.edge
    } else if (!ended) {
      ended = true
      events.onEnded(true)
    }
  })
  hls.on(Hls.Events.ERROR, (_event, data) => {
    events.onProblem(`${data.details} at ${video.currentTime.toFixed(2)}`)
    if (data.details === Hls.ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR || data.details === Hls.ErrorDetails.BUFFER_ADD_CODEC_ERROR) {
      events.onFatal('unsupported')
      return
    }
    if (!data.fatal) return
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR) {
      const now = performance.now()
      mediaErrors = now - lastMediaErrorMs < 10_000 ? mediaErrors + 1 : 1
      lastMediaErrorMs = now
      if (mediaErrors <= 2) hls.recoverMediaError()
      else events.onFatal('media')
      return
    }
    events.onFatal(data.type === Hls.ErrorTypes.NETWORK_ERROR ? 'network' : 'media')
  })

  const onEnded = () => {
    if (ended) return
    ended = true
    events.onEnded(false)
  }
  video.addEventListener('ended', onEnded)

  followLadder(
    Hls,
    hls,
    () => nodes.at(url),
    () => events.onLevels(),
  )

  const watchdog = setInterval(() => {
    if (sawLive && performance.now() - lastAdvanceMs > 2500) events.onAdvancing(false)
    // If audio and video do not end together hls.js stops short of the end and never says so.
    if (endS !== undefined && !video.paused && video.currentTime === lastTimeS && video.currentTime > endS - 1) onEnded()
    lastTimeS = video.currentTime
    const edge = hls.liveSyncPosition
    if (edge !== null && !video.paused && !ended && !rewound && edge - video.currentTime > jumpBehindS) video.currentTime = edge
  }, 1000)

  hls.loadSource(url)
  hls.attachMedia(video)

  return {
    kind: 'hls',
    shownTimeMs: () => hls.playingDate?.getTime(),
    levels: () =>
      hls.levels
        .map(({ height, bitrate, uri }, id) => ({ id, label: levelLabel(height, bitrate), bitrate, uri }))
        .filter(({ id, uri }) => id === hls.loadLevel || isMade(hls.latestLevelDetails, uri))
        .sort((a, b) => a.bitrate - b.bitrate),
    level() {
      const id = hls.currentLevel >= 0 ? hls.currentLevel : hls.loadLevel
      const level = hls.levels[id]
      if (!level) return null
      return { auto: hls.autoLevelEnabled, id, width: level.width, height: level.height, bitrateKbps: level.bitrate / 1000 }
    },
    setLevel(id) {
      hls.nextLevel = id
    },
    range() {
      const details = hls.latestLevelDetails
      if (!details || details.fragments.length === 0) return undefined
      return { startS: details.fragmentStart, liveS: hls.liveSyncPosition ?? details.edge }
    },
    seek(timeS) {
      const live = hls.liveSyncPosition
      rewound = live !== null && live - timeS > liveWithinS
      video.currentTime = timeS
    },
    get rewound() {
      return rewound
    },
    goLive() {
      rewound = false
      const edge = hls.liveSyncPosition
      if (edge !== null) video.currentTime = edge
    },
    destroy() {
      clearInterval(watchdog)
      video.removeEventListener('ended', onEnded)
      hls.destroy()
    },
  }
}
