import { type Engine, type EngineEvents, liveWithinS } from './engine.ts'

/** Safari on iPhones without MediaSource plays HLS by itself and tells the date of the timeline. */
type DatedVideo = HTMLVideoElement & { getStartDate?: () => Date }

/** Plays HLS with the browser's own player. */
export function createNativeEngine(video: DatedVideo, url: string, events: EngineEvents, startsRewound: boolean): Engine {
  let rewound = startsRewound
  const liveS = () => video.seekable.end(video.seekable.length - 1) - 1
  const onEnded = () => events.onEnded(false)
  const onError = () => events.onFatal(video.error?.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED ? 'unsupported' : 'network')
  const onResize = () => events.onLevels()
  video.addEventListener('ended', onEnded)
  video.addEventListener('error', onError)
  video.addEventListener('resize', onResize)
  video.src = url
  return {
    kind: 'hls',
    shownTimeMs() {
      const start = video.getStartDate?.().getTime()
      return start === undefined || Number.isNaN(start) ? undefined : start + video.currentTime * 1000
    },
    levels: () => [],
    level: () => (video.videoHeight > 0 ? { auto: true, id: 0, width: video.videoWidth, height: video.videoHeight, bitrateKbps: 0 } : null),
    setLevel() {},
    range: () => (video.seekable.length > 0 ? { startS: video.seekable.start(0), liveS: liveS() } : undefined),
    seek(timeS) {
      rewound = video.seekable.length > 0 && liveS() - timeS > liveWithinS
      video.currentTime = timeS
    },
    get rewound() {
      return rewound
    },
    goLive() {
      rewound = false
      if (video.seekable.length > 0) video.currentTime = liveS()
    },
    destroy() {
      video.removeEventListener('ended', onEnded)
      video.removeEventListener('error', onError)
      video.removeEventListener('resize', onResize)
      video.removeAttribute('src')
      video.load()
    },
  }
}
