import { checkMediaPlaylist } from '../../../../e2e/playlist-rules.ts'
import { mediaPlaylistText } from '../../protocols/hls/playlist-view.ts'
import type { Packager } from '../packager.ts'

/** What a player notices of a removal: where the list starts, and how long its segments may be. */
const startOf = (text: string): string => (text.match(/^#EXT-X-(MEDIA-SEQUENCE|TARGETDURATION).*$/gm) ?? []).join()

/**
 * Checks every media playlist of a packaged stream after each of its changes, against the one before. Returns what was found so far:
 * empty where all is well. For tests.
 * @param options `pauses`: see `checkMediaPlaylist`; `removals`: only the changes by which segments leave the list
 */
export function watchPlaylists(
  packager: Packager,
  options: { readonly pauses?: boolean; readonly removals?: boolean } = {},
): readonly string[] {
  const faults: string[] = []
  const texts = new Map<string, string>()
  packager.onChange(() => {
    if (!packager.ready) return
    for (const rendition of packager.renditions) {
      for (const plain of [false, true]) {
        const key = `${rendition.id} ${plain ? 'hls' : 'll-hls'}`
        const text = mediaPlaylistText(packager, rendition, { plain, skip: false, cdnPrefix: '' })
        const before = texts.get(key)
        texts.set(key, text)
        if (text === before || (plain && !text.includes('#EXTINF'))) continue
        if (options.removals && before !== undefined && startOf(text) === startOf(before)) continue
        for (const fault of checkMediaPlaylist(text, before, options)) faults.push(`${key}: ${fault}`)
      }
    }
  })
  return faults
}
