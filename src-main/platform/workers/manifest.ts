/** A program that the host starts as a process of its own. */
export interface WorkerDescription {
  /** Its entry below `src-main`; built as `NAME-worker.js` beside the program. */
  readonly source: string
  /** When it runs, for docs/architecture.md. */
  readonly runs: string
  /** What users notice when it dies. */
  readonly loss: string
}

/** All of them: build entries, `streams doctor` and the table of docs/architecture.md are made from this list. */
export const workers = {
  demo: {
    source: 'live/relay/demo/worker/demo-worker.ts',
    runs: 'while the test stream does',
    loss: 'the test stream starts again',
  },
  transcode: {
    source: 'live/jobs/renditions/worker/transcode-worker.ts',
    runs: 'one per stream with renditions, or that WebRTC plays and that must be transcoded for it',
    loss: 'viewers fall back to the source until it is back',
  },
  'encoder-survey': {
    source: 'media/encoders/worker/encoder-survey-worker.ts',
    runs: 'once a machine: measures encoders',
    loss: 'no ladder is chosen by measurement',
  },
  slate: {
    source: 'live/relay/slate/worker/slate-worker.ts',
    runs: 'while a slate is encoded',
    loss: 'no slate this time',
  },
  pull: {
    source: 'live/relay/pull/worker/pull-worker.ts',
    runs: 'one per source that runs',
    loss: 'the source is fetched again',
  },
  thumbnail: {
    source: 'live/jobs/thumbnails/worker/thumbnail-worker.ts',
    runs: 'while thumbnails are wanted',
    loss: 'thumbnails are late',
  },
  clip: {
    source: 'live/jobs/clips/worker/clip-worker.ts',
    runs: 'while a clip is cut',
    loss: 'the clip fails',
  },
  remux: {
    source: 'media/files/remux/worker/remux-worker.ts',
    runs: 'while a recording is remuxed',
    loss: 'the remux fails; the recording stays as it is',
  },
  delivery: {
    source: 'live/delivery/worker/delivery-worker.ts',
    runs: "as many as the option says: they share the host's HTTP(S) sockets, and pass what they do not answer to it over a Unix socket (`platform/http`)",
    loss: 'its viewers connect again',
  },
  sfu: {
    source: 'media/realtime/datachannel/worker/sfu-worker.ts',
    runs: 'from the first WebRTC offer on, with the engine node-datachannel',
    loss: 'WebRTC sessions end; players come back by themselves',
  },
  links: {
    source: 'media/realtime/links/worker/links-worker.ts',
    runs: 'from the first viewer of a desktop on who tries WebRTC',
    loss: 'those viewers go on over their WebSockets at once',
  },
  whip: {
    source: 'live/relay/push/whip/worker/whip-worker.ts',
    runs: 'one per destination over WHIP',
    loss: 'that destination connects again',
  },
  studio: {
    source: 'studio/worker/engine/studio-worker.ts',
    runs: 'while a collection is open',
    loss: 'a gap of under two seconds on every output',
  },
  'media-source': {
    source: 'studio/worker/sources/media/worker/media-source-worker.ts',
    runs: 'one per file, stream, guest or V4L2 camera of a show',
    loss: 'that source freezes for less than two seconds',
  },
  'drawn-source': {
    source: 'studio/worker/sources/drawn/drawn-source-worker.ts',
    runs: 'while a show has anything that is drawn',
    loss: 'what moves freezes until it is back',
  },
  'image-reader': {
    source: 'studio/worker/sources/drawn/reading/image-reader-worker.ts',
    runs: 'while image files are decoded, up to eight',
    loss: 'that image is read once more, or reported as what ends its process',
  },
  'browser-source': {
    source: 'studio/worker/sources/browser/browser-source-worker.ts',
    runs: 'one per page',
    loss: 'the page starts again, with its browser',
  },
  camera: {
    source: 'studio/worker/virtual-camera/camera-worker.ts',
    runs: 'while the studio feeds a virtual camera',
    loss: 'its video freezes until it is back',
  },
  hotkeys: {
    source: 'studio/worker/hotkeys/hotkeys-worker.ts',
    runs: 'while the open collection has hotkeys that work in every window, and there is a desktop',
    loss: 'hotkeys work on the page alone until it is back',
  },
  desktop: {
    source: 'desktop/worker/desktop-worker.ts',
    runs: 'one per display that somebody looks at, or that is recorded',
    loss: 'its viewers wait for it for a moment; the display and its programs go on',
  },
  'desktop-user': {
    source: 'desktop/users/worker/desktop-user-worker.ts',
    runs: 'one per other user of the machine who has displays, with the rights of that user; it starts their `desktop` workers',
    loss: 'viewers wait for it for a moment, files on their way start again; displays and their programs go on',
  },
  'desktop-images': {
    source: 'desktop/worker/images/desktop-images-worker.ts',
    runs: 'while pages ask for images of displays',
    loss: 'images are late',
  },
  functions: {
    source: 'network/functions/worker/functions-worker.ts',
    runs: 'at a node that has functions; at the host while one is checked or tried',
    loss: 'requests that were in functions get 502; it is back within a second',
  },
  images: {
    source: 'network/front/images/worker/images-worker.ts',
    runs: 'at a node while images are resized',
    loss: 'these requests get 502',
  },
} as const satisfies Readonly<Record<string, WorkerDescription>>

export type WorkerName = keyof typeof workers

/** The table of docs/architecture.md. */
export function workersTable(): string {
  const rows = Object.entries(workers).map(([name, { runs, loss }]) => `| \`${name}\` | ${runs} | ${loss} |`)
  return ['| worker | when it runs | what its loss costs |', '|---|---|---|', ...rows].join('\n')
}
