import { request } from 'node:http'

/** Asks for everything below `/live` with every method, as clients that know nothing of each other do. */

const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE'] as const

/** Headers that say how an answer may be used, in the order in which they are written down. */
const shown = ['content-type', 'cache-control', 'access-control-allow-origin', 'access-control-allow-methods', 'allow', 'accept-ranges']

/** What is in the URLs of a running stream. */
export interface WalkedRun {
  readonly epoch: string
  readonly init: number
  readonly segment: number
  readonly part: number
}

/** Reads the run of a stream from its playlists. */
export async function readRun(base: string, name: string, headers: Record<string, string> = {}): Promise<WalkedRun> {
  const read = async (path: string): Promise<string> => (await fetch(`${base}/live/${name}/${path}`, { headers })).text()
  const epoch = /^([A-Za-z0-9_-]+)\/v0\/index\.m3u8/m.exec(await read('index.m3u8'))?.[1] ?? ''
  const playlist = await read(`${epoch}/v0/index.m3u8`)
  const newest = (pattern: RegExp): number => Number([...playlist.matchAll(pattern)].at(-1)?.[1])
  return { epoch, init: newest(/init-(\d+)\.mp4/g), segment: newest(/^seg-(\d+)\.m4s/gm), part: newest(/part-(\d+)\.m4s",IND/g) }
}

/** Paths below `/live/` with every resource of a stream, resources that it has not, and names that no stream can have. */
export function livePaths(name: string, { epoch, init, segment, part }: WalkedRun): readonly string[] {
  const run = `${name}/${epoch}`
  return [
    name,
    `${name}.flv`,
    ...['index.m3u8', 'hls.m3u8', 'manifest.mpd', 'keyframe.mp4', 'about.json', 'thumbnail.jpg', 'sprites.vtt'].map(
      (file) => `${name}/${file}`,
    ),
    `${name}/sprites-${epoch}-99.jpg`,
    ...['beacon', 'events', 'whip', 'whep', 'signal'].map((file) => `${name}/${file}`),
    `${name}/whip/${'0'.repeat(24)}`,
    `${name}/whep/${'0'.repeat(24)}`,
    'whip',
    'whep',
    ...['index.m3u8', 'hls.m3u8', `init-${init}.mp4`, `seg-${segment}.m4s`, `part-${part}.m4s`].map((file) => `${run}/v0/${file}`),
    // what it has not
    `${run}/v9/index.m3u8`,
    `${run}/v0/init-999.mp4`,
    `${run}/v0/seg-999999.m4s`,
    `${run}/v0/seg-0${segment}.m4s`,
    `${run}/v0/part-${part}.5.m4s`,
    `${run}/ts-v0-a0/hls.m3u8`,
    `${run}/v0/`,
    `${run}/v0/deeper/seg-1.m4s`,
    `${name}/other/v0/seg-1.m4s`,
    `${name}/e%31/v0/seg-1.m4s`,
    `${name}/nothing.txt`,
    `${name}/nothing`,
    `${name}/`,
    `${name}/whep/short`,
    `${name}/sprites-${epoch}-x.jpg`,
    // names without a stream
    ...['none.flv', 'none/index.m3u8', 'none/about.json', 'none/thumbnail.jpg', 'none/events', 'none/whep', 'none/e1/v0/seg-1.m4s'],
    // no names
    ...['Show', '-show', 'sh.ow', '%73how', `${'a'.repeat(65)}`, '', '..'].map((bad) => `${bad}/index.m3u8`),
    'Show.flv',
    '-show.flv',
    '../live/show.flv',
  ]
}

/** Status and headers of one request; its body is not waited for. */
function ask(base: string, method: string, path: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base)
    const asked = request({ hostname, port, path: `/live/${path}`, method, headers, agent: false }, (response) => {
      const said = shown.flatMap((name) => (response.headers[name] === undefined ? [] : [String(response.headers[name])]))
      asked.on('error', () => undefined)
      asked.destroy()
      resolve([response.statusCode, ...said].join(' | '))
    })
    asked.on('error', reject)
    asked.end()
  })
}

/**
 * Answers to all methods for all paths, methods with the same answer in one line, e.g.
 * `{ 'show.flv': ['GET HEAD: 200 | video/x-flv | ...'] }`. Epochs and numbers of the run are written `EPOCH` and `N`.
 */
export async function walkLive(
  base: string,
  name: string,
  run: WalkedRun,
  options: { readonly headers?: Record<string, string>; readonly before?: string } = {},
): Promise<Record<string, readonly string[]>> {
  const walked: Record<string, readonly string[]> = {}
  for (const path of livePaths(name, run)) {
    const byAnswer = new Map<string, string[]>()
    const wanted = options.before === undefined ? path : path.replace(`${name}/`, `${name}/${options.before}/`)
    const answers = await Promise.all(methods.map((method) => ask(base, method, wanted, options.headers ?? {})))
    for (const [index, answer] of answers.entries()) byAnswer.set(answer, [...(byAnswer.get(answer) ?? []), methods[index] as string])
    const written = path
      .replaceAll(run.epoch, 'EPOCH')
      .replace(/(init-|seg-0?|part-)(?!999)\d+/, '$1N')
      .replace(/a{65}/, 'a65')
    walked[written] = [...byAnswer].map(([answer, asked]) => `${asked.join(' ')}: ${answer}`)
  }
  return walked
}
