import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { artifacts } from '../helpers/paths.ts'
import { parserComplaints } from '../helpers/playlist-parsers.ts'
import { checkDelta, checkMediaPlaylist, checkMultivariant, nextPart, readMediaPlaylist } from '../playlist-rules.ts'

/** ms between two looks at the multivariant playlist. */
const everyMs = 2000

async function text(url: string): Promise<string | undefined> {
  const answer = await fetch(url)
  const body = await answer.text()
  return answer.status === 200 ? body : undefined
}

/** What parsers say. m3u8-parser asks for LAST-PART of renditions without a part, which RFC 8216bis (4.4.5.4) does not. */
const parsed = (playlist: string): string[] => parserComplaints(playlist).filter((said) => !said.includes('LAST-PART'))

/** What was seen of a stream's playlists: how many loads, of how many media playlists, and each kind of fault once with its count. */
export interface HlsSeen {
  readonly loads: number
  readonly playlists: number
  readonly faults: ReadonlyMap<string, number>
}

/**
 * Loads the stream's playlists as players do, by blocking reloads, until `signal` aborts, and checks each load against RFC 8216bis and
 * against the load before. `pauses`: see `checkMediaPlaylist`.
 */
export async function holdHls(multivariantUrl: string, pauses: boolean, signal: AbortSignal): Promise<HlsSeen> {
  const faults = new Map<string, number>()
  const followed = new Map<string, Promise<void>>()
  let loads = 0
  const add = (where: string, found: readonly string[], playlist?: string): void => {
    if (found.length > 0 && playlist !== undefined) writeFileSync(join(artifacts, `conformance-${where.replaceAll('/', '-')}`), playlist)
    for (const fault of found) {
      // a kind of fault, not each of its numbers
      const kind = `${where}: ${fault.replace(/\d+(\.\d+)?/g, 'N')} (first: ${fault})`
      const known = [...faults.keys()].find((each) => each.split(' (first')[0] === kind.split(' (first')[0])
      faults.set(known ?? kind, (faults.get(known ?? kind) ?? 0) + 1)
    }
  }
  const follow = async (url: string): Promise<void> => {
    const name = new URL(url).pathname.split('/').slice(3).join('/')
    let previous: string | undefined
    while (!signal.aborted) {
      const { sequence, part } = previous === undefined ? { sequence: 0, part: 0 } : nextPart(readMediaPlaylist(previous))
      const query = previous === undefined ? '' : `?_HLS_msn=${sequence}&_HLS_part=${part}`
      const [full, delta] = await Promise.all([text(url + query), query === '' ? undefined : text(`${url}${query}&_HLS_skip=YES`)])
      if (full === undefined) {
        // it ended, or waits for its publisher
        await new Promise((resolve) => setTimeout(resolve, 500))
        previous = undefined
        continue
      }
      loads++
      add(name, checkMediaPlaylist(full, previous, { pauses }), full)
      if (delta !== undefined && readMediaPlaylist(delta).hint === readMediaPlaylist(full).hint) {
        const apart = checkDelta(delta, full)
        // both answers may be on either side of a change
        const later = apart.length === 0 ? undefined : await text(url)
        if (later === undefined || checkDelta(delta, later).length > 0) add(name, apart)
      }
      if (loads % 10 === 0) add(name, parsed(full))
      const stands = full === previous
      previous = full
      if (stands || readMediaPlaylist(full).ended) await new Promise((resolve) => setTimeout(resolve, 300))
    }
  }
  while (!signal.aborted) {
    const multivariant = await text(multivariantUrl)
    if (multivariant !== undefined) {
      add('index.m3u8', checkMultivariant(multivariant))
      for (const match of multivariant.matchAll(/^([^#\n]+)$|URI="([^"]+)"/gm)) {
        const url = new URL((match[1] ?? match[2])!, multivariantUrl).href
        if (!followed.has(url)) followed.set(url, follow(url))
      }
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
  await Promise.all(followed.values())
  return { loads, playlists: followed.size, faults }
}
