/**
 * What the control of an OBS Studio costs: a scene change through the host against one sent to OBS directly, in turn, and the processor
 * time of a host that mirrors an OBS in which nothing happens, against the same host without it. Needs root and Debian's obs-studio.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { startHost } from '../e2e/helpers/host.ts'
import { nextEvent, obsMissing, prepareObs } from '../e2e/helpers/obs-studio.ts'
import { until } from '../e2e/helpers/until.ts'
import { measureTree } from './process-tree.mjs'

const changes = 200
const idleSeconds = Number(process.argv[2] ?? 60)

/** Share of a core that a process and everything below it take. */
async function shareOf(pid, seconds) {
  const [before, atMs] = [measureTree(pid).cpuSeconds, performance.now()]
  await sleep(seconds * 1000)
  return ((measureTree(pid).cpuSeconds - before) * 1000) / (performance.now() - atMs)
}
const quantile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)]
const line = (name, values) =>
  process.stdout.write(
    `${name.padEnd(28)} p50 ${quantile(values, 0.5).toFixed(2)} ms, p95 ${quantile(values, 0.95).toFixed(2)} ms, mean ${(values.reduce((a, b) => a + b, 0) / values.length).toFixed(2)} ms\n`,
  )

const missing = obsMissing()
if (missing !== undefined) {
  process.stdout.write(`${missing}: left out\n`)
  process.exit(0)
}
const program = await prepareObs()
const host = await startHost({ name: 'bench-obs', env: { XDG_CONFIG_HOME: `${program.home}/.config` } })
try {
  const obs = await program.start()
  await sleep(5000)
  const without = await shareOf(host.process.pid, idleSeconds)
  const { items } = (await host.api('GET', '/obs/found')).body
  const { id } = (await host.api('POST', '/obs', { found: items[0].id, name: 'Bench' })).body
  await until(async () => (await host.api('GET', `/obs/${id}`)).body.state === 'connected', 'OBS is connected')
  for (const scene of ['A', 'B']) await obs.call('CreateScene', { sceneName: scene })
  for (let number = 0; number < 50; number++) {
    await obs.call('CreateInput', { sceneName: 'A', inputName: `source ${number}`, inputKind: 'color_source_v3' })
  }
  await obs.call('SetCurrentSceneTransition', { transitionName: 'Cut' })
  await sleep(3000)
  const mirrored = await shareOf(host.process.pid, idleSeconds)
  process.stdout.write(
    `idle, share of a core: ${(without * 100).toFixed(2)} % without an OBS, ${(mirrored * 100).toFixed(2)} % with one mirrored (50 sources): ${((mirrored - without) * 100).toFixed(2)} % for it\n`,
  )

  const url = `${host.http}/api/v1/obs/${id}/program`
  const direct = { answer: [], event: [] }
  const ours = { answer: [], event: [], inside: [] }
  for (let number = 0; number < changes * 2; number++) {
    const sceneName = number % 4 < 2 ? 'A' : 'B'
    // Each way changes to A and to B: in turn, so that both see the same machine.
    const target = number % 2 === 0 ? direct : ours
    await obs.call('SetCurrentProgramScene', { sceneName: sceneName === 'A' ? 'B' : 'A' })
    await sleep(50)
    const changed = nextEvent(obs, 'CurrentProgramSceneChanged', (data) => data.sceneName === sceneName)
    const atMs = performance.now()
    if (target === direct) await obs.call('SetCurrentProgramScene', { sceneName })
    else {
      const reply = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ scene: sceneName }),
      })
      ours.inside.push((await reply.json()).tookMs)
    }
    target.answer.push(performance.now() - atMs)
    await changed
    target.event.push(performance.now() - atMs)
  }
  line('direct, to the answer', direct.answer)
  line('through the API, answer', ours.answer)
  line('of that between us and OBS', ours.inside)
  line('direct, to the event', direct.event)
  line('through the API, event', ours.event)
} finally {
  await host.stop()
  await program.stop()
}
process.exit(0)
