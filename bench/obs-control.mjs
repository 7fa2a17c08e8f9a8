/**
 * What the control of an OBS Studio costs: a scene change through the host against one sent to OBS directly, in turn, and the processor
 * time of a host that mirrors an OBS in which nothing happens, against the same host without it: `npm run bench -- obs-control`. Needs
 * root, obs-studio, obs-plugins, xvfb, xauth, dbus-x11.
 */
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { startHost } from '../e2e/helpers/host.ts'
import { nextEvent, obsMissing, obsPassword, prepareObs, untilObs } from '../e2e/helpers/obs-studio.ts'
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

const answerMark = '"requestType":"SetCurrentProgramScene"'

/**
 * A connection to OBS that is watched on its way: when the newest bytes went to OBS, and when its answer to a change came. What passes between
 * is OBS's own time, which varies with its frames; the rest is what a client, or the host and its client, add to it.
 */
async function tap(port) {
  const seen = { sentMs: 0, answeredMs: 0, events: 0 }
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true })
    let tail = ''
    near.on('data', (bytes) => {
      seen.sentMs = performance.now()
      far.write(bytes)
    })
    far.on('data', (bytes) => {
      const atMs = performance.now()
      near.write(bytes)
      const text = tail + bytes.toString('latin1')
      if (text.includes(answerMark)) {
        seen.answeredMs = atMs
        tail = ''
      } else tail = text.slice(-answerMark.length)
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      one.once('error', () => other.destroy())
      one.once('close', () => other.destroy())
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { seen, port: server.address().port, close: () => server.close() }
}

/** @param print writes a line; @param idleSeconds for how long the processor time of a host at rest is measured */
export async function measureObsControl(print, idleSeconds) {
  const missing = obsMissing()
  if (missing !== undefined) return void print(`${missing}: left out`)
  const program = await prepareObs()
  const host = await startHost({ name: 'bench-obs', env: { XDG_CONFIG_HOME: `${program.home}/.config` } })
  const taps = []
  try {
    const obs = await program.start()
    await sleep(5000)
    taps.push(await tap(program.port), await tap(program.port))
    const [ourTap, directTap] = taps
    const controller = await untilObs(10, directTap.port)
    const where = { host: '127.0.0.1', port: ourTap.port, password: obsPassword }
    const { id } = (await host.api('POST', '/obs', { ...where, name: 'Bench' })).body
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
      // What the mirror reads after a connection is no rest.
      await sleep(6000)
      shares[enabled ? 'mirrored' : 'without'] += (await shareOf(host.process.pid, idleSeconds)) / 2
    }
    await host.api('PATCH', `/obs/${id}`, { enabled: true })
    await until(async () => (await host.api('GET', `/obs/${id}`)).body.state === 'connected', 'OBS is connected')
    const { mirrored, without } = shares
    print(
      `idle, share of a core: ${(without * 100).toFixed(2)} % without an OBS, ${(mirrored * 100).toFixed(2)} % with one mirrored (50 sources): ${((mirrored - without) * 100).toFixed(2)} % for it`,
    )

    const url = `${host.http}/api/v1/obs/${id}/program`
    const direct = { answer: [], own: [], event: [] }
    const ours = { answer: [], own: [], before: [], behind: [], event: [] }
    for (let number = 0; number < changes * 2; number++) {
      const sceneName = number % 4 < 2 ? 'A' : 'B'
      // Each way changes to A and to B: in turn, so that both see the same machine.
      const [target, { seen }] = number % 2 === 0 ? [direct, directTap] : [ours, ourTap]
      await obs.call('SetCurrentProgramScene', { sceneName: sceneName === 'A' ? 'B' : 'A' })
      // A frame or two, so that the change before is over.
      await sleep(200)
      const changed = Promise.race([nextEvent(obs, 'CurrentProgramSceneChanged', (data) => data.sceneName === sceneName), sleep(2000)])
      const atMs = performance.now()
      if (target === direct) await controller.call('SetCurrentProgramScene', { sceneName })
      else {
        const body = JSON.stringify({ scene: sceneName })
        const reply = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
        await reply.json()
      }
      const endMs = performance.now()
      const inside = seen.answeredMs - seen.sentMs
      target.answer.push(endMs - atMs)
      target.own.push(endMs - atMs - inside)
      if (target === ours) {
        ours.before.push(seen.sentMs - atMs)
        ours.behind.push(endMs - seen.answeredMs)
      }
      await changed
      target.event.push(performance.now() - atMs)
    }
    print(line('direct, to the answer', direct.answer))
    print(line('through the API, answer', ours.answer))
    print(line('direct, besides OBS itself', direct.own))
    print(line('the API, besides OBS itself', ours.own))
    print(line('  until OBS is asked', ours.before))
    print(line('  from its answer to ours', ours.behind))
    print(line('direct, to the event', direct.event))
    print(line('through the API, event', ours.event))
    await controller.disconnect()
  } finally {
    for (const each of taps) each.close()
    await host.stop()
    await program.stop()
  }
}
