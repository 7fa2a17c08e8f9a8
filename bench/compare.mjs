/**
 * Two checkouts of ours, built, measured in turns on one machine: what a change costs. Both get the same load; a figure is worse only
 * when its median is, by more than the rounds of one checkout differ among themselves.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { measureTree } from './process-tree.mjs'
import { perHttpViewer, perRtmpViewer, print, underLoad } from './server-load.mjs'
import { root, startOurs } from './servers.mjs'

/** Each returns figures by name, all the better the smaller: CPU, memory and times. */
const measurements = {
  async start(checkout) {
    const server = await startOurs({ checkout })
    const { cpuSeconds, proportionalMb } = measureTree(server.pid)
    await server.stop()
    return { 'start, ms': server.startMs, 'start, CPU ms': cpuSeconds * 1000, 'start, memory MB': proportionalMb }
  },
  async ingest(checkout) {
    const { cpuPercent } = await underLoad('ingest', () => startOurs({ checkout, args: ['--packaging', 'off'] }), 20, 1000)
    return { 'ingest of 20 streams, % of a core': cpuPercent }
  },
  async packaging(checkout) {
    const { cpuPercent, memoryMbPerStream } = await underLoad('packaging', () => startOurs({ checkout }), 20, 1000)
    return { 'packaging of 20 streams, % of a core': cpuPercent, 'packaging, MB a stream': memoryMbPerStream }
  },
  async 'rtmp-viewers'(checkout) {
    const { msPerViewer } = await perRtmpViewer('RTMP viewers', () => startOurs({ checkout, args: ['--packaging', 'off'] }), 50, 1000)
    return { 'RTMP viewer, CPU ms a second': msPerViewer }
  },
  async 'viewers'(checkout) {
    const start = () => startOurs({ checkout, args: ['--delivery-processes', 'off'] })
    const { usPerRequest } = await perHttpViewer('LL-HLS viewers', start, 'll-hls', 200, (server) => `${server.http}/live/bench0/`)
    return { 'LL-HLS request, CPU us': usPerRequest }
  },
  compositor: (checkout) =>
    ownBench(checkout, 'compositor', ({ writeMs, renderMs }) => ({ 'compositor, CPU ms a frame': writeMs + renderMs })),
  studio,
  mixer: (checkout) => ownBench(checkout, 'mixer', ({ typical }) => ({ 'mixer with ten sources, % of a core': typical })),
}

/** A bench that loads sources runs from its own checkout, by its own `bench/run.mjs`. */
function ownBench(checkout, name, figures) {
  const result = spawnSync(
    process.execPath,
    [...process.execArgv, 'bench/run.mjs', name, ...(name === 'mixer' ? ['--minutes', '1'] : [])],
    {
      cwd: checkout,
      encoding: 'utf8',
    },
  )
  if (result.status !== 0) throw new Error(`${name} of ${checkout}: ${result.stdout}${result.stderr}`)
  return figures(JSON.parse(readFileSync(join(checkout, 'artifacts/bench/report.json'), 'utf8')).results[name])
}

/** 1080p60 and 720p30 of `bench/studio.mjs`, from what it prints. */
function studio(checkout) {
  const { stdout, stderr } = spawnSync(process.execPath, [...process.execArgv, 'bench/studio.mjs', '--seconds', '10', 'ours'], {
    cwd: checkout,
    encoding: 'utf8',
  })
  const [large, small] = [...stdout.matchAll(/([\d.]+) cores/g)].map((match) => Number(match[1]))
  const cut = Number(stdout.match(/first frame: p50 ([\d.]+) ms/)?.[1])
  if (large === undefined || small === undefined) throw new Error(`studio of ${checkout}: ${stdout}${stderr}`)
  return { 'studio at 1080p60, cores': large, 'studio at 720p30, cores': small, 'scene cut, ms': cut }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const shown = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))

/**
 * `{ figures, worse }`: for each figure the values of both checkouts by round, and the names of those that are worse here.
 * @param {{ other: string, rounds?: number, only?: string }} options `other` is a built checkout, `only` names of measurements with commas
 */
export async function compareCheckouts({ other, rounds = 5, only }) {
  const checkouts = { here: root, other: other && resolve(other) }
  if (!other || !existsSync(join(checkouts.other, 'dist/host/main.js'))) throw new Error('--other FOLDER names another checkout, built')
  const unknown = only?.split(',').filter((name) => measurements[name] === undefined) ?? []
  if (unknown.length > 0) throw new Error(`--only: no ${unknown.join(', ')}; there are ${Object.keys(measurements).join(', ')}`)
  const chosen = Object.entries(measurements).filter(([name]) => only === undefined || only.split(',').includes(name))
  const figures = {}
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of chosen) {
      // Who goes first changes: a machine that warms up favours neither.
      for (const side of round % 2 === 0 ? ['here', 'other'] : ['other', 'here']) {
        for (const [figure, value] of Object.entries(await measure(checkouts[side]))) {
          figures[figure] ??= { here: [], other: [] }
          figures[figure][side].push(value)
          print(`  ${side.padEnd(6)} ${figure}: ${shown(value)}`)
        }
      }
      print(`round ${round + 1} of ${rounds}, ${name} done`)
    }
  }
  const worse = []
  print(`\n${'median (range)'.padEnd(42)} here                     other                    here / other`)
  for (const [figure, { here, other: there }] of Object.entries(figures)) {
    const range = (values) => `${shown(median(values))} (${shown(Math.min(...values))} to ${shown(Math.max(...values))})`
    const isWorse = median(here) > Math.max(...there)
    if (isWorse) worse.push(figure)
    print(
      `${figure.padEnd(42)} ${range(here).padEnd(24)} ${range(there).padEnd(24)} ${(median(here) / median(there)).toFixed(2)}${isWorse ? '   WORSE' : ''}`,
    )
  }
  return { rounds, figures, worse }
}
