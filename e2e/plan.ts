/** Which part of the product a file of end-to-end tests belongs to. */
export type Part = 'host' | 'live' | 'studio' | 'obs' | 'automation' | 'desktop' | 'network'

/**
 * What a file needs of the machine while it runs: `wait` mostly waits for media time, `cpu` encodes or plays in a browser, `exclusive`
 * measures time, or takes what is the machine's: of all others only one that waits runs beside it.
 */
export type Cost = 'wait' | 'cpu' | 'exclusive'

export interface PlannedFile {
  readonly part: Part
  readonly cost: Cost
  /** Runs in `npm test` without `--all`: what a change is most likely to break. */
  readonly quick?: true
}

/** Every file `e2e/NAME.e2e.ts`. A test fails where one is missing here or is gone. */
export const plan: Readonly<Record<string, PlannedFile>> = {
  'accessibility': { part: 'host', cost: 'cpu' },
  'api': { part: 'host', cost: 'wait', quick: true },
  'certificates': { part: 'host', cost: 'cpu' },
  'command-line': { part: 'host', cost: 'wait', quick: true },
  'desktop': { part: 'desktop', cost: 'cpu' },
  'desktop-clipboard': { part: 'desktop', cost: 'cpu' },
  'desktop-clients': { part: 'desktop', cost: 'cpu' },
  'desktop-command': { part: 'desktop', cost: 'cpu' },
  'desktop-files': { part: 'desktop', cost: 'cpu' },
  'desktop-invitations': { part: 'desktop', cost: 'cpu' },
  'desktop-input': { part: 'desktop', cost: 'cpu' },
  'desktop-network': { part: 'desktop', cost: 'exclusive' },
  'desktop-monitors': { part: 'desktop', cost: 'cpu' },
  'desktop-page': { part: 'desktop', cost: 'cpu' },
  'desktop-attached': { part: 'desktop', cost: 'cpu' },
  'desktop-audio': { part: 'desktop', cost: 'cpu' },
  'desktop-live': { part: 'desktop', cost: 'cpu' },
  'desktop-recording': { part: 'desktop', cost: 'cpu' },
  'desktop-rights': { part: 'desktop', cost: 'cpu' },
  'desktop-spectators': { part: 'desktop', cost: 'cpu' },
  'desktop-screen': { part: 'desktop', cost: 'cpu' },
  'desktop-second-factor': { part: 'desktop', cost: 'cpu' },
  'desktop-session': { part: 'desktop', cost: 'cpu' },
  'desktop-transport': { part: 'desktop', cost: 'cpu' },
  'desktop-typing': { part: 'desktop', cost: 'cpu' },
  'desktop-users': { part: 'desktop', cost: 'cpu' },
  'desktop-portal': { part: 'desktop', cost: 'cpu' },
  'desktop-wayland': { part: 'desktop', cost: 'cpu' },
  'desktop-wayland-x': { part: 'desktop', cost: 'cpu' },
  'desktop-wayland-clipboard': { part: 'desktop', cost: 'cpu' },
  'shell-notifications': { part: 'host', cost: 'cpu' },
  'shell-tray': { part: 'host', cost: 'cpu' },
  'shell-window': { part: 'host', cost: 'cpu' },
  'shell-windows': { part: 'host', cost: 'cpu' },
  'docs-examples': { part: 'host', cost: 'wait', quick: true },
  'editor-reach': { part: 'host', cost: 'cpu', quick: true },
  'failures': { part: 'host', cost: 'cpu' },
  'first-start': { part: 'host', cost: 'cpu' },
  'health': { part: 'host', cost: 'exclusive' },
  'http-attacks': { part: 'host', cost: 'cpu', quick: true },
  'languages': { part: 'host', cost: 'cpu', quick: true },
  'library': { part: 'host', cost: 'cpu' },
  'package': { part: 'host', cost: 'cpu' },
  'page-keys': { part: 'host', cost: 'cpu', quick: true },
  'page-live': { part: 'host', cost: 'cpu', quick: true },
  'page-sign-in': { part: 'host', cost: 'cpu', quick: true },
  'service': { part: 'host', cost: 'cpu' },
  'start': { part: 'host', cost: 'exclusive' },
  'supervisor': { part: 'host', cost: 'exclusive', quick: true },
  'workers': { part: 'host', cost: 'cpu', quick: true },

  'adaptive': { part: 'live', cost: 'exclusive' },
  'bad-input': { part: 'live', cost: 'cpu' },
  'bad-input-endpoints': { part: 'live', cost: 'cpu' },
  'audio-pause': { part: 'live', cost: 'cpu' },
  'browser-playback': { part: 'live', cost: 'exclusive' },
  'clips': { part: 'live', cost: 'cpu' },
  'conformance': { part: 'live', cost: 'wait', quick: true },
  'delivery': { part: 'live', cost: 'exclusive' },
  'destination-kinds': { part: 'live', cost: 'cpu' },
  'destinations': { part: 'live', cost: 'wait', quick: true },
  'dvr': { part: 'live', cost: 'wait', quick: true },
  'electron': { part: 'host', cost: 'cpu' },
  'failover': { part: 'live', cost: 'cpu' },
  'http-flv': { part: 'live', cost: 'wait', quick: true },
  'ladder-joins': { part: 'live', cost: 'exclusive' },
  'live-front': { part: 'live', cost: 'wait', quick: true },
  'ladder-playback': { part: 'live', cost: 'exclusive' },
  'mpegts': { part: 'live', cost: 'wait' },
  'publish-and-play': { part: 'live', cost: 'wait', quick: true },
  'publish-codecs': { part: 'live', cost: 'wait' },
  'reconnect': { part: 'live', cost: 'cpu', quick: true },
  'recording': { part: 'live', cost: 'cpu' },
  'renditions': { part: 'live', cost: 'cpu' },
  'rules': { part: 'live', cost: 'cpu', quick: true },
  'sources': { part: 'live', cost: 'cpu' },
  'srt': { part: 'live', cost: 'exclusive' },
  'udp-input': { part: 'live', cost: 'wait' },
  'viewers': { part: 'live', cost: 'exclusive' },
  'watch': { part: 'live', cost: 'cpu' },
  'webrtc': { part: 'live', cost: 'cpu' },
  'webrtc-conformance': { part: 'live', cost: 'cpu' },
  'webrtc-network': { part: 'live', cost: 'exclusive' },
  'webrtc-pages': { part: 'live', cost: 'cpu', quick: true },

  'anycast': { part: 'network', cost: 'wait' },
  'routing': { part: 'network', cost: 'cpu' },
  'edge-clocks': { part: 'network', cost: 'cpu' },
  'chaos': { part: 'network', cost: 'exclusive' },
  'edge-countries': { part: 'network', cost: 'cpu' },
  'edge-failures': { part: 'network', cost: 'cpu' },
  'edge-limits': { part: 'network', cost: 'cpu' },
  'edge-lossy': { part: 'network', cost: 'cpu' },
  'node-setup': { part: 'network', cost: 'cpu' },
  'node-providers': { part: 'network', cost: 'cpu' },
  'fleet': { part: 'network', cost: 'cpu' },
  'fleet-update': { part: 'network', cost: 'cpu' },
  'functions-page': { part: 'network', cost: 'cpu' },
  'edge': { part: 'network', cost: 'cpu', quick: true },
  'edge-tree': { part: 'network', cost: 'cpu' },
  'edge-cache': { part: 'network', cost: 'cpu', quick: true },

  'automation': { part: 'automation', cost: 'cpu' },
  'obs-connector': { part: 'obs', cost: 'cpu' },
  'obs-control': { part: 'obs', cost: 'cpu' },
  'obs-plugin': { part: 'obs', cost: 'cpu' },
  'obs-page': { part: 'obs', cost: 'cpu' },
  'obs-templates': { part: 'obs', cost: 'cpu' },

  'obs-protocol': { part: 'obs', cost: 'cpu' },
  'studio-bad-input': { part: 'studio', cost: 'cpu' },
  'studio-browser': { part: 'studio', cost: 'exclusive' },
  'studio-canvas': { part: 'studio', cost: 'cpu' },
  'studio-canvas-edits': { part: 'studio', cost: 'cpu' },
  'studio-capture': { part: 'studio', cost: 'cpu' },
  'studio-devices': { part: 'studio', cost: 'cpu' },
  'studio-dialogs': { part: 'studio', cost: 'cpu' },
  'studio-docks': { part: 'studio', cost: 'cpu' },
  'studio-drawn': { part: 'studio', cost: 'cpu' },
  'studio-editors': { part: 'studio', cost: 'cpu' },
  'studio-encodings': { part: 'studio', cost: 'cpu' },
  'studio-evening': { part: 'studio', cost: 'exclusive' },
  'studio-everyday': { part: 'studio', cost: 'cpu' },
  'studio-filters': { part: 'studio', cost: 'cpu' },
  'studio-global-hotkeys': { part: 'studio', cost: 'cpu' },
  'studio-guests': { part: 'studio', cost: 'cpu' },
  'studio-guide': { part: 'studio', cost: 'cpu' },
  'studio-interact': { part: 'studio', cost: 'cpu' },
  'studio-items': { part: 'studio', cost: 'cpu' },
  'studio-latency': { part: 'studio', cost: 'cpu' },
  'studio-media': { part: 'studio', cost: 'cpu' },
  'studio-media-live': { part: 'studio', cost: 'cpu' },
  'studio-mixer': { part: 'studio', cost: 'exclusive' },
  'studio-mixing': { part: 'studio', cost: 'cpu' },
  'studio-multiview': { part: 'studio', cost: 'cpu' },
  'studio-outputs': { part: 'studio', cost: 'cpu', quick: true },
  'studio-overlays': { part: 'studio', cost: 'cpu' },
  'studio-page': { part: 'studio', cost: 'cpu', quick: true },
  'studio-pipewire': { part: 'studio', cost: 'cpu' },
  'studio-program': { part: 'studio', cost: 'exclusive', quick: true },
  'studio-properties': { part: 'studio', cost: 'cpu' },
  'studio-recording': { part: 'studio', cost: 'cpu' },
  'studio-recovery': { part: 'studio', cost: 'cpu' },
  'studio-screen': { part: 'studio', cost: 'cpu' },
  'studio-shows': { part: 'studio', cost: 'cpu' },
  'studio-stage': { part: 'studio', cost: 'cpu' },
  'studio-state': { part: 'studio', cost: 'wait', quick: true },
  'studio-templates': { part: 'studio', cost: 'cpu' },
  'studio-two-guests': { part: 'studio', cost: 'cpu' },
  'studio-two-pages': { part: 'studio', cost: 'cpu' },
  'studio-transitions': { part: 'studio', cost: 'cpu' },
  'studio-uploads': { part: 'studio', cost: 'cpu' },
  'studio-virtual-camera': { part: 'studio', cost: 'cpu' },
  'studio-window-rules': { part: 'studio', cost: 'cpu' },
  'studio-windows': { part: 'studio', cost: 'cpu' },
}

/** The share of the machine that a file of each cost needs, and how much there is to share. */
export const shares: Readonly<Record<Cost, number>> = { wait: 1, cpu: 2, exclusive: 4 }
export const capacity = 5

/**
 * The files to run.
 * @param scope `all`, `quick`, or parts by name
 */
export function planned(scope: 'all' | 'quick' | readonly Part[]): readonly string[] {
  const chosen = Object.entries(plan).filter(([, { part, quick }]) =>
    scope === 'all' ? true : scope === 'quick' ? quick === true : scope.includes(part),
  )
  return chosen.map(([name]) => `e2e/${name}.e2e.ts`)
}
