import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { OBSWebSocket } from 'obs-websocket-js/json'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type ObsOnTest, obsMissing, prepareObs } from './helpers/obs-studio.ts'
import { root } from './helpers/paths.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

/** An OBS that its host cannot reach: the command beside it connects to the host, and finds OBS and its password by itself. */

const missing = obsMissing()
let host: RunningHost
let program: ObsOnTest
let obs: OBSWebSocket
let connector: ChildProcess | undefined
let id = ''
let token = ''

beforeAll(async () => {
  if (missing !== undefined) return
  program = await prepareObs()
  host = await startHost({ name: 'obs-connector' })
  await program.reach(host.rtmpPort)
}, 120_000)

afterAll(async () => {
  connector?.kill('SIGKILL')
  await obs?.disconnect().catch(() => undefined)
  await host?.stop()
  await program?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

function connect(): { readonly text: () => string; readonly ended: Promise<number | null> } {
  let text = ''
  const child = spawn(process.execPath, [join(root, 'dist/host/main.js'), 'obs', 'connect', '--to', host.http], {
    env: { ...process.env, XDG_CONFIG_HOME: `${program.home}/.config`, STREAMS_OBS_TOKEN: token },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (text += String(bytes)))
  connector = child
  return { text: () => text, ended: new Promise((resolve) => child.once('close', resolve)) }
}

const instance = async () => (await host.api('GET', `/obs/${id}`)).body
const inState = (state: 'connected' | 'disconnected') => until(async () => (await instance()).state === state, `the instance is ${state}`)

describe('an OBS that dials out', () => {
  it('is an instance like any other: mirror, commands, stream to this host', async () => {
    const added = await host.api('POST', '/obs/connectors', { name: 'Far' })
    expect(added.status).toBe(201)
    ;({
      token,
      instance: { id },
    } = added.body)
    expect((await instance()).error).toMatchObject({ code: 'obs.connector_away' })
    const { text } = connect()
    await until(async () => (await instance()).error?.code === 'obs.unreachable', 'it says that OBS is not there')
    await until(() => text().includes('OBS does not answer at 127.0.0.1'), 'the command says so, too')
    obs = await program.start()
    await inState('connected')
    expect(await instance()).toMatchObject({ connector: { connected: true }, version: { obs: (await obs.call('GetVersion')).obsVersion } })

    expect((await host.api('POST', `/obs/${id}/scenes`, { scene: 'From afar' })).status).toBe(200)
    expect((await obs.call('GetSceneList')).scenes.map(({ sceneName }) => sceneName)).toContain('From afar')
    await obs.call('SetCurrentProgramScene', { sceneName: 'From afar' })
    await until(async () => (await host.api('GET', `/obs/${id}/mirror`)).body.program === 'From afar', 'the mirror follows')
    const image = await fetch(`${host.http}/api/v1/obs/${id}/screenshot?format=png`)
    expect(image.headers.get('content-type')).toBe('image/png')
    const streamed = await host.api('POST', `/obs/${id}/stream-to-host`, {})
    expect(streamed).toMatchObject({ status: 200, body: { started: true } })
    await obs.call('StopStream')
  })

  it('comes back after OBS and after the connector were killed', async () => {
    await program.kill()
    await inState('disconnected')
    obs = await program.start()
    await inState('connected')
    connector?.kill('SIGKILL')
    await until(async () => (await instance()).error?.code === 'obs.connector_away', 'the connector is missed')
    connect()
    await inState('connected')
    expect((await instance()).reconnects).toBeGreaterThan(0)
  })

  it('is cut off with its token', async () => {
    connector?.kill('SIGKILL')
    const { text, ended } = connect()
    await inState('connected')
    const renewed = await host.api('POST', `/obs/${id}/connector-token`)
    expect(renewed.body.token).not.toBe(token)
    expect(await ended).toBe(1)
    expect(text()).toContain('obs.connector_token')
    await until(async () => (await instance()).state !== 'connected', 'it is not connected any more')
  })
})
