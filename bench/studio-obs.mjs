/** OBS Studio on the bench's scene, in a network of its own where it may listen: it opens its endpoint to everybody. Needs root. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { nextEvent, obsConfiguration, obsPassword, untilObs } from '../e2e/helpers/obs-studio.ts'

/** Runs inside the namespace: makes the scene, records it, prints lines of JSON. */
async function drive([video, logo, seconds]) {
  const obs = await untilObs(100)
  await obs.call('SetVideoSettings', {
    baseWidth: 1920,
    baseHeight: 1080,
    outputWidth: 1920,
    outputHeight: 1080,
    fpsNumerator: 60,
    fpsDenominator: 1,
  })
  for (const scene of ['all', 'one']) await obs.call('CreateScene', { sceneName: scene })
  const input = (sceneName, inputName, inputKind, inputSettings) =>
    obs.call('CreateInput', { sceneName, inputName, inputKind, inputSettings })
  const place = (sceneItemId, sceneItemTransform) =>
    obs.call('SetSceneItemTransform', { sceneName: 'all', sceneItemId, sceneItemTransform })
  await input('all', 'screen', 'xshm_input', { screen: 0 })
  const { sceneItemId: videoItem } = await input('all', 'video', 'ffmpeg_source', { local_file: video, looping: true })
  await place(videoItem, { positionX: 1240, positionY: 140, scaleX: 0.5, scaleY: 0.5 })
  const { sceneItemId: logoItem } = await input('all', 'logo', 'image_source', { file: logo })
  await place(logoItem, { positionX: 60, positionY: 600 })
  const { sceneItemId: textItem } = await input('all', 'text', 'text_ft2_source_v2', {
    text: 'Now live from the studio',
    font: { face: 'DejaVu Sans', size: 36 },
  })
  await place(textItem, { positionX: 60, positionY: 960 })
  await obs.call('CreateSceneItem', { sceneName: 'one', sourceName: 'screen' })
  await obs.call('SetCurrentSceneTransition', { transitionName: 'Cut' })
  await obs.call('SetCurrentProgramScene', { sceneName: 'all' })
  for (const [parameterName, parameterValue] of [
    ['VBitrate', '6000'],
    ['Preset', 'ultrafast'],
    ['RecQuality', 'Stream'],
    ['FilePath', process.env.HOME],
  ]) {
    await obs.call('SetProfileParameter', { parameterCategory: 'SimpleOutput', parameterName, parameterValue })
  }
  await obs.call('StartRecord')
  await sleep(5000)
  const from = await obs.call('GetStats')
  process.stdout.write('{"measure":true}\n')
  await sleep(seconds * 1000)
  const to = await obs.call('GetStats')
  const cuts = []
  for (let number = 0; number < 60; number++) {
    const asked = performance.now()
    const seen = nextEvent(obs, 'CurrentProgramSceneChanged')
    await obs.call('SetCurrentProgramScene', { sceneName: number % 2 ? 'all' : 'one' })
    await seen
    cuts.push(performance.now() - asked)
    await sleep(60)
  }
  cuts.sort((a, b) => a - b)
  await obs.call('StopRecord')
  const frames = to.renderTotalFrames - from.renderTotalFrames - (to.renderSkippedFrames - from.renderSkippedFrames)
  process.stdout.write(
    `${JSON.stringify({ fps: frames / seconds, renderMs: to.averageFrameRenderTime, cutP50: cuts[30], cutP95: cuts[57] })}\n`,
  )
}

/** One line about OBS, or why it was not measured. */
export async function measureObs({ env, files, seconds, watched }) {
  if (!existsSync('/usr/bin/obs')) return 'OBS     is not installed: left out'
  if (process.getuid?.() !== 0) return 'OBS     needs a network of its own, which only root can make: left out'
  const home = mkdtempSync(join(tmpdir(), 'ami-bench-obs-'))
  obsConfiguration(home)
  const driver = `"${process.execPath}" "${fileURLToPath(import.meta.url)}" "${files.video}" "${files.logo}" ${seconds}`
  const obs = `dbus-run-session -- obs --multi --minimize-to-tray --websocket_port 4455 --websocket_password ${obsPassword} >/dev/null 2>&1`
  const child = spawn('unshare', ['-n', 'sh', '-c', `ip link set lo up; ${obs} & ${driver}; kill $!`], {
    env: {
      ...process.env,
      ...env,
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      XDG_RUNTIME_DIR: join(home, 'run'),
      LIBGL_ALWAYS_SOFTWARE: '1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  let tree
  let result
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const said = JSON.parse(line)
      if (said.measure) tree = watched(child.pid)
      else result = said
    }
    if (result === undefined) return 'OBS     did not come up: left out'
    const { cores, memoryMb } = await tree
    return (
      `OBS     ${result.fps.toFixed(2)} fps of 60; ${cores} cores and ${memoryMb} MB; composing ${result.renderMs.toFixed(1)} ms a frame; ` +
      `scene cut, request to event: p50 ${result.cutP50.toFixed(1)} ms, p95 ${result.cutP95.toFixed(1)} ms`
    )
  } finally {
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
    rmSync(home, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await drive(process.argv.slice(2).map((each, index) => (index === 2 ? Number(each) : each)))
  process.exit(0)
}
