import { RecentMap } from '../../limits/recent-map.ts'

/** What followed a URL, by how often. */
type Followers = Map<string, number>

/** URLs, players and followers of one URL that are remembered. */
const maxUrls = 20_000
const maxPlayers = 20_000
const maxFollowers = 4
/** A request belongs to the one before it for so long, ms. */
const togetherMs = 30_000
/** So often a URL has to have followed another one, and in what share of the cases. */
const minCount = 2
const minShare = 0.5
/** Counts are halved from here on, so that what follows now weighs more than what did. */
const maxCount = 1000

/** What players ask for next: by the order of playlists, else by what followed before. */
export class NextRequests {
  readonly #followers = new RecentMap<Followers>(maxUrls)
  readonly #listed = new RecentMap<string>(maxUrls)
  readonly #last = new RecentMap<{ readonly url: string; readonly atMs: number }>(maxPlayers)

  /** A player asked for a URL. @param nowMs on any clock that does not go back */
  add(player: string, url: string, nowMs: number): void {
    const last = this.#last.get(player)
    this.#last.set(player, { url, atMs: nowMs })
    if (last === undefined || last.url === url || nowMs - last.atMs > togetherMs) return
    const followers: Followers = this.#followers.get(last.url) ?? new Map()
    const count = (followers.get(url) ?? 0) + 1
    // the rarest makes space, so that made-up URLs push out nothing that is known well
    if (count === 1 && followers.size >= maxFollowers) followers.delete(rarest(followers))
    followers.set(url, count)
    if (count >= maxCount) for (const [each, often] of followers) followers.set(each, Math.ceil(often / 2))
    this.#followers.set(last.url, followers)
  }

  /** URLs that a playlist lists, in its order. */
  addList(urls: readonly string[]): void {
    for (const [index, url] of urls.entries()) {
      const next = urls[index + 1]
      if (next !== undefined && next !== url) this.#listed.set(url, next)
    }
  }

  /** What is asked for after a URL, most likely; undefined where that is open. */
  after(url: string): string | undefined {
    const listed = this.#listed.get(url)
    if (listed !== undefined) return listed
    const followers = this.#followers.get(url)
    if (followers === undefined) return undefined
    let [all, best, most] = [0, '', 0]
    for (const [each, count] of followers) {
      all += count
      if (count > most) [best, most] = [each, count]
    }
    return most >= minCount && most / all >= minShare ? best : undefined
  }
}

function rarest(followers: Followers): string {
  let [found, least] = ['', Number.POSITIVE_INFINITY]
  for (const [url, count] of followers) if (count < least) [found, least] = [url, count]
  return found
}
