import { MediaPlayer } from 'dashjs'
import type { Nodes } from '../../src-client/index.ts'
import { cmcdHeaders } from './dash-cmcd.ts'
import { DashLevels } from './dash-levels.ts'
import type { Engine, EngineEvents } from './engine.ts'
import { levelLabel, liveWithinS } from './engine.ts'
import { MediaStall } from './media-stall.ts'
import { startTimeS } from './start-time.ts'

/** Farther behind its own target than this, the player jumps to the live edge instead of hurrying after it, s. */
const jumpBehindS = 5
/** Requests of viewers at nodes: a node that takes connections and answers nothing is asked no longer than this, ms. */
const nodeTimeouts = { fragmentRequestProgressTimeout: 2500, fragmentRequestTimeout: 6000, manifestRequestTimeout: 3000 }
/** Nearer to the end of the stream than this there may be no media yet, s. */
const waitsBehindS = 2
/** How often the player's place is looked at, ms. */
const watchEveryMs = 250

/** Plays low-latency DASH with dash.js, from `start` (see start-time.ts) where it is given; requests carry CMCD of `session`. */
export function createDashEngine(
  video: HTMLVideoElement,
  url: string,
  events: EngineEvents,
  start: string | undefined,
  session: string | undefined,
  nodes: Nodes,
): Engine {
  let rewound = start !== undefined
  const player = MediaPlayer().create()
  let auto = true
  let ended = false
  let startedLive = false
  player.updateSettings({
    streaming: {
      delay: { useSuggestedPresentationDelay: true },
      liveCatchup: { enabled: !rewound, maxDrift: 5, playbackRate: { min: -0.1, max: 0.15 } },
      buffer: { bufferToKeep: 10, fastSwitchEnabled: rewound },
      gaps: { jumpGaps: true, jumpLargeGaps: true },
      retryAttempts: { MPD: 3 },
      abandonLoadTimeout: 2000,
      ...(nodes.isRouted ? nodeTimeouts : {}),
    },
  })
  player.addRequestInterceptor((async (request: { url: string }) => {
    request.url = nodes.at(new URL(request.url, location.href).href)
    return request
  }) as never)
  if (session !== undefined) player.addRequestInterceptor(cmcdHeaders(player, session) as never)
  const chosen = new DashLevels(video, player)
  player.addABRCustomRule('abandonFragmentRules', 'AmiAbandonRule', chosen.abandon())
  player.addABRCustomRule('qualitySwitchRules', 'AmiQualityRule', chosen.quality())
  const { events: names } = MediaPlayer
  player.on(names.THROUGHPUT_MEASUREMENT_STORED, chosen.onMeasured as never)
  player.on(names.FRAGMENT_LOADING_STARTED, chosen.onAsked as never)
  player.on(names.FRAGMENT_LOADING_COMPLETED, chosen.onLoaded as never)
  const stall = new MediaStall()
  const onLevels = () => events.onLevels()
  const onError = (event: { error?: unknown }) => {
    const { code, message } = (event.error ?? {}) as { code?: number; message?: string }
    events.onProblem(`${code} ${message}`)
    void nodes.suspect()
    // 10 to 13 and 25 to 33 are manifest and download errors; 23 and 35 are about capabilities and codecs.
    if (code === 23 || code === 35) events.onFatal('unsupported')
    else events.onFatal('network')
  }
  const onEnded = () => {
    if (ended) return
    ended = true
    events.onEnded(!startedLive)
  }
  player.on(names.STREAM_INITIALIZED, () => {
    if (player.isDynamic()) startedLive = true
    else if (!startedLive) onEnded()
    onLevels()
  })
  // The library goes to the live edge first, despite the start that was set: only then does it know what can be played.
  let startAt = start
  player.on(names.CAN_PLAY, () => {
    if (startAt === undefined || !player.isDynamic()) return
    const { start: startS, end: endS, startAsUtc } = player.getDvrWindow()
    const timeS = startTimeS(startAt, { startS, endS, startAsUtcS: startAsUtc })
    startAt = undefined
    if (timeS === undefined) follow(true)
    else player.seekToPresentationTime(timeS)
  })
  player.on(names.QUALITY_CHANGE_RENDERED, onLevels)
  player.on(names.ERROR, onError as never)
  // The library ends a period too where the next one is not there yet: a publisher that left and came back at once.
  player.on(names.PLAYBACK_ENDED, () => {
    if (!player.isDynamic()) onEnded()
  })
  // dash.js reads the manifest again only after a `play` event of its own making.
  video.pause()
  player.initialize(video, url, true)

  /** Where a live viewer is, s. */
  const liveS = (): number => player.getDvrWindow().end - player.getTargetLiveDelay()

  /**
   * There is newer media, and none to play. The library's own buffers are no measure: it may have the video of a publisher who came back,
   * and never fetch the audio.
   */
  const waits = (): boolean =>
    video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA && player.getDvrWindow().end - video.currentTime > waitsBehindS
  const bufferedEndS = (): number => (video.buffered.length > 0 ? video.buffered.end(video.buffered.length - 1) : 0)

  const watchdog = setInterval(() => {
    if (video.paused || !player.isReady() || !player.isDynamic()) return
    const remedy = stall.look(performance.now(), waits(), bufferedEndS())
    if (remedy === 'restart') {
      events.onProblem('dash.js fetches nothing: it is started again')
      events.onFatal('network')
      return
    }
    const { currentTime } = video
    if (remedy === 'seek') {
      if (rewound) player.seekToPresentationTime(currentTime)
      else player.seekToOriginalLive()
      return
    }
    if (video.seeking) return
    if (!rewound && liveS() - currentTime > jumpBehindS) player.seekToOriginalLive()
    // Browsers play audio on where the video has run dry, and the library then fetches what has been passed: it goes to where the audio is.
    else if (!(player.getBufferLength('video') > 0) && chosen.requestedEndS < currentTime + 0.2) player.seekToPresentationTime(currentTime)
  }, watchEveryMs)

  /** Whether to keep up with the live edge. Near it a segment that is there is not fetched again in a better quality: the next would be late. */
  const follow = (live: boolean) => {
    rewound = !live
    player.updateSettings({ streaming: { liveCatchup: { enabled: live }, buffer: { fastSwitchEnabled: !live } } })
  }

  const representations = () => {
    try {
      return player.getRepresentationsByType('video')
    } catch {
      return []
    }
  }

  return {
    kind: 'dash',
    shownTimeMs() {
      if (!player.isReady() || !player.isDynamic()) return undefined
      const seconds = player.timeAsUTC()
      return seconds > 1e9 ? seconds * 1000 : undefined
    },
    levels: () => representations().map((each, id) => ({ id, label: levelLabel(each.height, each.bitrateInKbit * 1000) })),
    level() {
      if (!player.isReady()) return null
      const current = player.getCurrentRepresentationForType('video')
      if (!current) return null
      return { auto, id: current.index, width: current.width, height: current.height, bitrateKbps: current.bitrateInKbit }
    },
    setLevel(id) {
      auto = id < 0
      player.updateSettings({ streaming: { abr: { autoSwitchBitrate: { video: auto } } } })
      if (id >= 0) player.setRepresentationForTypeByIndex('video', id, false)
    },
    range() {
      if (!player.isReady() || !player.isDynamic()) return undefined
      const { start: startS } = player.getDvrWindow()
      return { startS, liveS: Math.max(startS, liveS()) }
    },
    seek(timeS) {
      follow(liveS() - timeS <= liveWithinS)
      player.seekToPresentationTime(timeS)
    },
    get rewound() {
      return rewound
    },
    goLive() {
      follow(true)
      player.seekToOriginalLive()
    },
    destroy() {
      clearInterval(watchdog)
      player.destroy()
    },
  }
}
