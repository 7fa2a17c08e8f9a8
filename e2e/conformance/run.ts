/**
 * `npm run conformance [-- --seconds 60] [--only NAME,…] [--schema DASH-MPD.xsd --validator ValidateMP4.exe]`: publishes every kind of
 * stream, four at a time, each for `--seconds`; checks its HLS playlists against RFC 8216bis while they grow and, if the schema and
 * DASH-IF's validator are given (docs/playback.md says where they come from), its manifest and every segment of its window against them.
 * Ends with 1 if there is an error.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startHost } from '../helpers/host.ts'
import { root } from '../helpers/paths.ts'
import { holdHls } from './hold-hls.ts'
import { type Kind, kinds, makeSharedClips } from './kinds.ts'

/** Streams at a time: their encoders, the ladders and the validator share the machine. */
const together = 4

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    only: { type: 'string' },
    schema: { type: 'string' },
    validator: { type: 'string' },
  },
})
const seconds = Number(values.seconds)
const names = values.only?.split(',')
const chosen = kinds.filter(({ name }) => names === undefined || names.includes(name))
if (chosen.length === 0 || !(seconds > 0)) {
  process.stderr.write(`--seconds takes a number above 0, --only: ${kinds.map(({ name }) => name).join(', ')}\n`)
  process.exit(2)
}
const print = (line: string): void => void process.stdout.write(`${line}\n`)

/** Runs scripts/dash-conformance.mjs; resolves with what it printed and whether it found nothing. */
function holdDash(manifestUrl: string): Promise<{ clean: boolean; lines: string[] }> {
  const given = Object.entries({ schema: values.schema, validator: values.validator }).flatMap(([name, path]) =>
    path === undefined ? [] : [`--${name}`, path],
  )
  const script = join(root, 'scripts/dash-conformance.mjs')
  const child = spawn(process.execPath, [script, '--mpd', manifestUrl, ...given, '--segments', 'all'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ clean: code === 0, lines: said.split('\n').filter(Boolean) })))
}

await makeSharedClips()
const host = await startHost({ name: 'conformance-run', args: ['--window-ms', String(Math.max(20, seconds + 30) * 1000)] })
let failed = 0

async function hold(kind: Kind): Promise<void> {
  const publishing = new AbortController()
  const published = kind.publish(host, publishing.signal)
  published.catch(() => undefined)
  const watching = new AbortController()
  try {
    await Promise.race([published, host.until(kind.name, (stream) => stream.tracks.length > 0, 120_000)])
    const seen = holdHls(`${host.http}/live/${kind.name}/index.m3u8`, kind.pauses === true, watching.signal)
    await sleep(seconds * 1000)
    const dash = values.schema || values.validator ? await holdDash(`${host.http}/live/${kind.name}/manifest.mpd`) : undefined
    watching.abort()
    const { loads, playlists, faults } = await seen
    if (loads === 0) faults.size === 0 && print(`${kind.name}: no playlist was read`)
    const clean = loads > 0 && faults.size === 0 && dash?.clean !== false
    if (!clean) failed++
    print(`${kind.name}: ${loads} loads of ${playlists} playlists, ${faults.size === 0 ? 'no fault' : `${faults.size} kinds of fault`}`)
    for (const [fault, count] of faults) print(`  HLS, ${count} times: ${fault}`)
    for (const line of dash?.lines ?? []) if (!dash!.clean || /^schema|segments/.test(line)) print(`  DASH: ${line}`)
  } catch (error) {
    failed++
    print(`${kind.name}: ${(error as Error).message}`)
  } finally {
    watching.abort()
    publishing.abort()
    await published.catch((error: Error) => print(`${kind.name}: ${error.message}`))
  }
}

try {
  for (let at = 0; at < chosen.length; at += together) await Promise.all(chosen.slice(at, at + together).map(hold))
} finally {
  await host.stop()
}
print(failed === 0 ? `${chosen.length} kinds of stream, no error` : `${failed} of ${chosen.length} kinds of stream with an error`)
process.exitCode = failed === 0 ? 0 : 1
