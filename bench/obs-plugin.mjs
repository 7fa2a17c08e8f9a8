/**
 * What our source costs an OBS Studio: processor time of the plugin's own threads, per frame copied and as a share of a core, while it
 * shows a canvas of 1920x1080 at 30 fps, while nobody sees it, and while the host is away: `npm run bench -- obs-plugin`. Needs root,
 * obs-studio, obs-plugins, libobs-dev, xvfb, xauth, dbus-x11.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startHost } from '../e2e/helpers/host.ts'
import { installObsPlugin, obsPluginMissing } from '../e2e/helpers/obs-plugin.ts'
import { prepareObs } from '../e2e/helpers/obs-studio.ts'

const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'bench',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 1920, height: 1080, scene: 'card' }],
  scenes: [{ id: 'card', name: 'Card', items: [{ source: 'card' }] }],
  sources: [{ id: 'card', kind: 'test-pattern', settings: { width: 1920, height: 1080 } }],
}

/** Nanoseconds that the plugin's threads ran. */
function pluginTime(pid) {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => {
    const of = (file) => readFileSync(`/proc/${pid}/task/${task}/${file}`, 'utf8')
    return of('comm').trim() === 'ami-streams' ? sum + Number(of('schedstat').split(' ')[0]) : sum
  }, 0)
}

/** @param print writes a line; @param seconds for how long each is measured */
export async function measureObsPlugin(print, seconds) {
  const missing = obsPluginMissing()
  if (missing !== undefined) return void print(`${missing}: left out`)
  const program = await prepareObs()
  installObsPlugin(program.home)
  const host = await startHost({ name: 'bench-obs-plugin', env: { XDG_RUNTIME_DIR: join(program.home, 'run') } })
  try {
    await host.api('POST', '/studio/collections', { name: 'bench', collection })
    await host.api('POST', '/studio/collections/bench/open', {})
    const obs = await program.start()
    const sceneName = 'Bench'
    await obs.call('CreateScene', { sceneName })
    const inputKind = 'ami_streams_source'
    const { sceneItemId } = await obs.call('CreateInput', {
      sceneName,
      inputName: 'ours',
      inputKind,
      inputSettings: { share: 'canvas:main' },
    })
    await obs.call('SetCurrentProgramScene', { sceneName })
    await sleep(5000)
    const measure = async (name) => {
      const [before, atMs] = [pluginTime(program.pid()), performance.now()]
      await sleep(seconds * 1000)
      const share = (pluginTime(program.pid()) - before) / 1e6 / (performance.now() - atMs)
      print(`the plugin's threads, share of a core, ${name}: ${(share * 100).toFixed(2)} %`)
      return share
    }
    const shown = await measure('1920x1080 at 30 fps with audio')
    print(`per frame: ${((shown * 1000) / 30).toFixed(3)} ms`)
    const { activeFps, averageFrameRenderTime } = await obs.call('GetStats')
    print(`OBS meanwhile: ${activeFps.toFixed(1)} fps, ${averageFrameRenderTime.toFixed(1)} ms a frame`)
    await obs.call('SetSceneItemEnabled', { sceneName, sceneItemId, sceneItemEnabled: false })
    await sleep(1000)
    await measure('hidden')
    await host.stop()
    await obs.call('SetSceneItemEnabled', { sceneName, sceneItemId, sceneItemEnabled: true })
    await sleep(1000)
    await measure('with the host away')
    await obs.disconnect()
  } finally {
    await host.stop().catch(() => undefined)
    await program.stop()
  }
}
