import type HlsType from 'hls.js'
import type { HlsConfig, LevelDetails, Loader, LoaderCallbacks, LoaderConfiguration, PlaylistLoaderContext } from 'hls.js'

type HlsClass = typeof HlsType

/** A multivariant playlist without what another playlist reports on is asked for again after so long, ms; twice that each time, for codecs that the browser cannot play. */
const firstAgainMs = 3000
const maxAgainMs = 60_000

/** A playlist loader that answers the first request for the multivariant playlist from what was fetched while the library was loading. */
export function prefetchedLoader(loader: HlsConfig['loader'], playlist: string): NonNullable<HlsConfig['pLoader']> {
  let left: string | undefined = playlist
  const Base = loader as unknown as new (config: HlsConfig) => Loader<PlaylistLoaderContext>
  return class extends Base {
    override load(context: PlaylistLoaderContext, config: LoaderConfiguration, callbacks: LoaderCallbacks<PlaylistLoaderContext>): void {
      if (context.type !== 'manifest' || left === undefined) {
        super.load(context, config, callbacks)
        return
      }
      const data = left
      left = undefined
      const now = performance.now()
      const { stats } = this as unknown as Loader<PlaylistLoaderContext>
      stats.loading = { start: now, first: now, end: now }
      stats.loaded = stats.total = data.length
      queueMicrotask(() => callbacks.onSuccess({ url: context.url, data, code: 200 }, stats, context, null))
    }
  } as unknown as NonNullable<HlsConfig['pLoader']>
}

/** The last folders of a media playlist's URL: RUN/RENDITION. */
function placeOf(uri: string): string {
  return new URL(uri, location.href).pathname.split('/').slice(-3, -1).join('/')
}

/** Whether a quality can be had now: each playlist reports on the others that are made (EXT-X-RENDITION-REPORT). */
export function isMade(details: LevelDetails | null, uri: string): boolean {
  const reports = details?.renditionReports
  if (!details || !reports || reports.length === 0) return true
  const place = placeOf(uri)
  return placeOf(details.url) === place || reports.some((report) => placeOf(new URL(report.URI ?? '', details.url).href) === place)
}

/** True where a playlist reports on one (EXT-X-RENDITION-REPORT) that hls.js knows neither as a quality nor as audio. */
function reportsMore(hls: HlsType, details: LevelDetails): boolean {
  const known = new Set([...hls.levels.map(({ uri }) => uri), ...hls.allAudioTracks.map(({ url }) => url)].map(placeOf))
  return (details.renditionReports ?? []).some((report) => !known.has(placeOf(new URL(report.URI ?? '', details.url).href)))
}

/**
 * Gives hls.js the qualities that a stream gets while it plays: it reads the multivariant playlist once. They come behind those that are
 * there, whose places in the list stay what they are, and nothing that plays is touched. Ends with hls.js.
 */
export function followLadder(Hls: HlsClass, hls: HlsType, url: () => string, onLevels: () => void): void {
  let isAsking = false
  let askedMs = Number.NEGATIVE_INFINITY
  let againMs = firstAgainMs
  const stop = new AbortController()

  const ask = async (): Promise<void> => {
    const asked = url()
    const answer = await fetch(asked, { cache: 'no-store', signal: stop.signal })
    if (!answer.ok) return
    const levels = await levelsOf(Hls, asked, await answer.text())
    if (stop.signal.aborted) return
    const run = placeOf(hls.levels[0]?.uri ?? asked).split('/')[0]
    const places = new Set(hls.levels.map(({ uri }) => placeOf(uri)))
    // with another run's playlists this player is created again
    const more = levels.filter(({ uri }) => !places.has(placeOf(uri)) && placeOf(uri).split('/')[0] === run)
    if (more.length === 0) return
    hls.trigger(Hls.Events.LEVELS_UPDATED, { levels: [...hls.levels, ...more] })
    againMs = firstAgainMs
    onLevels()
  }

  hls.on(Hls.Events.LEVEL_UPDATED, (_event, { details }) => {
    if (isAsking || performance.now() - askedMs < againMs || !reportsMore(hls, details)) return
    isAsking = true
    ask()
      // asked again with a later playlist
      .catch(() => {})
      .finally(() => {
        isAsking = false
        askedMs = performance.now()
        againMs = Math.min(maxAgainMs, againMs * 2)
      })
  })
  hls.on(Hls.Events.DESTROYING, () => stop.abort())
}

/** The qualities of a multivariant playlist that this browser can play, as hls.js has them; none where it cannot read it. */
function levelsOf(Hls: HlsClass, url: string, playlist: string): Promise<HlsType['levels']> {
  const reader = new Hls({ autoStartLoad: false, pLoader: prefetchedLoader(Hls.DefaultConfig.loader, playlist) })
  return new Promise<HlsType['levels']>((resolve) => {
    reader.on(Hls.Events.MANIFEST_PARSED, (_event, { levels }) => resolve([...levels]))
    reader.on(Hls.Events.ERROR, () => resolve([]))
    reader.loadSource(url)
  }).finally(() => reader.destroy())
}
