/**
 * What the control of an OBS Studio costs: a scene change through the host against one sent to OBS directly, in turn, and the processor
 * time of a host that mirrors an OBS in which nothing happens, against the same host without it: `npm run bench -- obs-control`. Needs
 * root, obs-studio, obs-plugins, xvfb, xauth, dbus-x11.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { startHost } from '../e2e/helpers/host.ts'
import { nextEvent, obsMissing, prepareObs } from '../e2e/helpers/obs-studio.ts'
import { until } from '../e2e/helpers/until.ts'
import { measureTree } from './process-tree.mjs'

const changes = 100

/** Share of a core that a process and everything below it take. */
async function shareOf(pid, seconds) {
  const [before, atMs] = [measureTree(pid).cpuSeconds, performance.now()]
  await sleep(seconds * 1000)
  return ((measureTree(pid).cpuSeconds - before) * 1000) / (performance.now() - atMs)
}
const quantile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)]
const line = (name, values) =>
  `${name.padEnd(28)} p50 ${quantile(values, 0.5).toFixed(2)} ms, p95 ${quantile(values, 0.95).toFixed(2)} ms, mean ${(values.reduce((a, b) => a + b, 0) / values.length).toFixed(2)} ms`

/** @param print writes a line; @param idleSeconds for how long the processor time of a host at rest is measured */
export async function measureObsControl(print, idleSeconds) {
  const missing = obsMissing()
  if (missing !== undefined) return void print(`${missing}: left out`)
  const program = await prepareObs()
  const host = await startHost({ name: 'bench-obs', env: { XDG_CONFIG_HOME: `${program.home}/.config` } })
  try {
    const obs = await program.start()
    await sleep(5000)
    const { items } = (await host.api('GET', '/obs/found')).body
    const { id } = (await host.api('POST', '/obs', { found: items[0].id, name: 'Bench' })).body
    await until(async () => (await host.api('GET', `/obs/${id}`)).body.state === 'connected', 'OBS is connected')
    for (const scene of ['A', 'B']) await obs.call('CreateScene', { sceneName: scene })
    for (let number = 0; number < 50; number++) {
      await obs.call('CreateInput', { sceneName: 'A', inputName: `source ${number}`, inputKind: 'color_source_v3' })
    }
    await obs.call('SetCurrentSceneTransition', { transitionName: 'Cut' })
    await sleep(3000)
    // In turn, since a host that has just started is not at rest yet.
    const shares = { mirrored: 0, without: 0 }
    for (const enabled of [true, false, true, false]) {
      await host.api('PATCH', `/obs/${id}`, { enabled })
      await sleep(2000)
      shares[enabled ? 'mirrored' : 'without'] += (await shareOf(host.process.pid, idleSeconds)) / 2
    }
    await host.api('PATCH', `/obs/${id}`, { enabled: true })
    await until(async () => (await host.api('GET', `/obs/${id}`)).body.state === 'connected', 'OBS is connected')
    const { mirrored, without } = shares
    print(
      `idle, share of a core: ${(without * 100).toFixed(2)} % without an OBS, ${(mirrored * 100).toFixed(2)} % with one mirrored (50 sources): ${((mirrored - without) * 100).toFixed(2)} % for it`,
    )

    const url = `${host.http}/api/v1/obs/${id}/program`
    const direct = { answer: [], event: [] }
    const ours = { answer: [], event: [], inside: [], own: [] }
    for (let number = 0; number < changes * 2; number++) {
      const sceneName = number % 4 < 2 ? 'A' : 'B'
      // Each way changes to A and to B: in turn, so that both see the same machine.
      const target = number % 2 === 0 ? direct : ours
      await obs.call('SetCurrentProgramScene', { sceneName: sceneName === 'A' ? 'B' : 'A' })
      // A frame or two, so that the change before is over.
      await sleep(200)
      const changed = Promise.race([nextEvent(obs, 'CurrentProgramSceneChanged', (data) => data.sceneName === sceneName), sleep(2000)])
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
      if (target === ours) ours.own.push(ours.answer.at(-1) - ours.inside.at(-1))
      await changed
      target.event.push(performance.now() - atMs)
    }
    print(line('direct, to the answer', direct.answer))
    print(line('through the API, answer', ours.answer))
    print(line('of that between us and OBS', ours.inside))
    print(line('of that our own part', ours.own))
    print(line('direct, to the event', direct.event))
    print(line('through the API, event', ours.event))
  } finally {
    await host.stop()
    await program.stop()
  }
}
